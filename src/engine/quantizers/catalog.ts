import { binary } from './binary/index.ts';
import { binaryCodebook } from './binary-codebook/index.ts';
import { codebook } from './codebook/index.ts';
import { delta } from './delta/index.ts';
import { dynamic8 } from './dynamic8/index.ts';
import { decoderOf, type Decoder } from './frame.ts';
import { float } from './float/index.ts';
import { grid } from './grid/index.ts';
import { hqq } from './hqq/index.ts';
import { int } from './int/index.ts';
import { lowRank } from './low-rank/index.ts';
import { productCodebook } from './product-codebook/index.ts';
import { prune } from './prune/index.ts';
import { mantissa } from './mantissa/index.ts';
import { normalFloat } from './normal-float/index.ts';
import { mxfp4 } from './mxfp4/index.ts';
import { nvfp4 } from './nvfp4/index.ts';
import { power } from './power/index.ts';
import type { Quantizer } from './quantizer.ts';
import { randomBasis } from './random-basis/index.ts';
import { sinq } from './sinq/index.ts';
import { ternary } from './ternary/index.ts';
import { trellis } from './trellis/index.ts';

/** Every method there is. A method becomes part of the program by its line here. */
export const quantizers = [
  grid,
  trellis,
  int,
  codebook,
  productCodebook,
  binary,
  binaryCodebook,
  ternary,
  hqq,
  sinq,
  prune,
  randomBasis,
  normalFloat,
  dynamic8,
  float,
  mxfp4,
  nvfp4,
  power,
  mantissa,
  delta,
  lowRank,
] as const;

export type QuantizerId = (typeof quantizers)[number]['id'];

/** Every method, finely to coarsely; options that are left out are defaults. */
export const methodLadder: readonly { readonly method: string; readonly options: Readonly<Record<string, unknown>> }[] =
  (quantizers as readonly Pick<Quantizer, 'id' | 'ladder'>[]).flatMap(({ id, ladder = [{}] }) =>
    ladder.map((options) => ({ method: id, options })),
  );

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
