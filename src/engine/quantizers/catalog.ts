import { codebook } from './codebook/index.ts';
import { decoderOf, type Decoder } from './frame.ts';
import { grid } from './grid/index.ts';
import { int } from './int/index.ts';
import type { Quantizer } from './quantizer.ts';

/** Every method there is. A method becomes part of the program by its line here. */
export const quantizers = [grid, int, codebook] as const;

export type QuantizerId = (typeof quantizers)[number]['id'];

/** Wire ids from here on are those of methods; they stand at the root of a payload only. */
export const firstQuantizerWireId = 64;

const byId = new Map<string, Quantizer>(quantizers.map((quantizer) => [quantizer.id, quantizer as Quantizer]));
const decoders = new Map<number, Decoder>(
  [...byId.values()].map((quantizer) => [quantizer.wireId, decoderOf(quantizer)]),
);

/** The method of that id, if there is one. */
export function quantizerById(id: string): Quantizer | undefined {
  return byId.get(id);
}

/** What decodes pieces of the method with that number in archives, if there is one. */
export function decoderByWireId(wireId: number): Decoder | undefined {
  return decoders.get(wireId);
}
