import { encodeHuff0 } from './huff0.ts';

/** What ZipNN calls a number type, into how many planes it is split, and the bits that are moved before. */
export interface ZnnType {
  readonly number: number;
  readonly word: string;
  readonly planes: 1 | 2 | 4;
  readonly reordered: boolean;
}

/** What bytes of no known type are coded as. */
export const plainType: ZnnType = { number: 1, word: 'float32', planes: 4, reordered: true };

/** By our dtype. */
export const znnTypes: Readonly<Record<string, ZnnType>> = {
  F32: plainType,
  F16: { number: 4, word: 'float16', planes: 2, reordered: false },
  BF16: { number: 6, word: 'bfloat16', planes: 2, reordered: true },
  F8_E4M3: { number: 29, word: 'float8_e4m3fn', planes: 1, reordered: true },
  F8_E5M2: { number: 30, word: 'float8_e5m2', planes: 1, reordered: true },
};

const headerBytes = 32;
const logChunk = 18;
const smallChunk = 2 ** 17;

/** A record of these bytes. `shape` makes it one of a tensor; `logPiece` says that the file is cut into such pieces. */
export function encodeRecord(
  bytes: Uint8Array,
  type: ZnnType,
  { shape, logPiece }: { readonly shape?: readonly number[]; readonly logPiece?: number },
): Uint8Array {
  const { planes } = type;
  const chunkBytes = planes === 1 ? smallChunk : 2 ** logChunk;
  const chunks = Math.ceil(bytes.length / chunkBytes);
  const coded: Uint8Array[][] = Array.from({ length: planes }, () => []);
  const types = new Uint8Array(planes * chunks);
  for (let chunk = 0; chunk < chunks; chunk++) {
    const moved = Uint8Array.from(bytes.subarray(chunk * chunkBytes, (chunk + 1) * chunkBytes));
    if (type.reordered && planes !== 1) reorder(moved, planes);
    for (let plane = 0; plane < planes; plane++) {
      const own = new Uint8Array(Math.ceil((moved.length - plane) / planes));
      for (let index = 0; index < own.length; index++) own[index] = moved[index * planes + plane] ?? 0;
      const block = encodeHuff0(own);
      types[plane * chunks + chunk] = block === undefined ? 0 : 1;
      coded[plane]?.push(block ?? own);
    }
  }
  const extents = shape === undefined ? new Uint8Array(0) : shapeBytes(shape);
  const ends = new BigUint64Array(planes * chunks);
  let size = headerBytes + extents.length + types.length + ends.byteLength;
  coded.forEach((blocks, plane) => {
    let end = 0;
    blocks.forEach((block, chunk) => (ends[plane * chunks + chunk] = BigInt((end += block.length))));
    size += end;
  });
  const record = new Uint8Array(size);
  const grouping = { 1: 10, 2: 10, 4: 220 }[planes];
  const streaming = logPiece === undefined ? 0 : 128 + logPiece;
  const format = shape === undefined ? 1 : 2;
  record.set([
    0x5a,
    0x4e,
    0,
    5,
    3,
    grouping,
    type.reordered ? 1 : 0,
    0,
    format,
    0,
    0,
    0,
    0,
    streaming,
    logChunk,
    type.number,
  ]);
  const view = new DataView(record.buffer);
  view.setBigUint64(16, BigInt(bytes.length), true);
  view.setBigUint64(24, BigInt(size), true);
  let at = headerBytes;
  for (const part of [extents, types, new Uint8Array(ends.buffer), ...coded.flat()]) {
    record.set(part, at);
    at += part.length;
  }
  return record;
}

/** Rank, then each extent in the fewest of 1, 2, 4 or 8 bytes. */
function shapeBytes(shape: readonly number[]): Uint8Array {
  const bytes = [shape.length];
  for (const extent of shape) {
    const width = extent < 2 ** 8 ? 1 : extent < 2 ** 16 ? 2 : extent < 2 ** 32 ? 4 : 8;
    bytes.push(width, ...new Uint8Array(BigUint64Array.of(BigInt(extent)).buffer).subarray(0, width));
  }
  return Uint8Array.from(bytes);
}

/** Brings exponents together in one byte, in words of 32 bits; a tail stays as it is. */
function reorder(bytes: Uint8Array, planes: 2 | 4): void {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? 0;
    words[index] =
      planes === 2
        ? ((word << 1) & 0xff00ff00) | ((word >>> 8) & 0x00800080) | (word & 0x007f007f)
        : ((word << 1) & 0xff000000) | ((word >>> 8) & 0x00800000) | (word & 0x007fffff);
  }
}
