import { brotli } from './brotli/index.ts';
import { bytePlanes } from './byte-planes/index.ts';
import { constant } from './constant/index.ts';
import type { Codec, CodecNode, Width } from './codec.ts';
import { difference } from './difference/index.ts';
import { floatFields } from './float-fields/index.ts';
import { huffman } from './huffman/index.ts';
import { mirror } from './mirror/index.ts';
import { palette } from './palette/index.ts';
import { range } from './range/index.ts';
import { rans } from './rans/index.ts';
import { records } from './records/index.ts';
import { regroup } from './regroup/index.ts';
import { sparse } from './sparse/index.ts';
import { steps } from './steps/index.ts';
import { store } from './store/index.ts';
import { text } from './text/index.ts';
import { xor } from './xor/index.ts';
import { zstd } from './zstd/index.ts';

/** Every codec there is. A codec becomes part of the program by its line here. */
export const codecs = [
  store,
  zstd,
  brotli,
  text,
  huffman,
  floatFields,
  bytePlanes,
  constant,
  palette,
  sparse,
  regroup,
  records,
  rans,
  range,
  mirror,
  difference,
  xor,
  steps,
] as const;

export type CodecId = (typeof codecs)[number]['id'];

const byId = new Map<string, Codec>(codecs.map((codec) => [codec.id, codec as Codec]));
const byWireId = new Map<number, Codec>(codecs.map((codec) => [codec.wireId, codec as Codec]));

/** The codec of that id, if there is one. */
export function codecById(id: string): Codec | undefined {
  return byId.get(id);
}

/** The codec of that number in archives, if there is one. */
export function codecByWireId(wireId: number): Codec | undefined {
  return byWireId.get(wireId);
}

/** What codes a stream of `width` bytes an element passably whatever is in it, for where a planned codec refuses it. */
export function fallbackNode(width: Width): CodecNode {
  return width === 1
    ? { id: huffman.id }
    : { id: bytePlanes.id, outputs: Array<CodecNode>(width).fill({ id: huffman.id }) };
}
