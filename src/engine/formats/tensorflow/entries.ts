import { limits } from '../../limits.ts';
import type { DType } from '../../tensor/dtype.ts';
import type { Wire } from '../protobuf.ts';

/** What the first entry of a checkpoint says of all. */
export interface Header {
  readonly files: number;
  readonly isBigEndian: boolean;
}

/** Where a variable is. */
export interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** The number of its data file. */
  readonly file: number;
  readonly offset: number;
  readonly byteLength: number;
  readonly isSliced: boolean;
}

/** By the number in the file. Source: `types.proto`; others get a word of ours. */
const dtypeOf: Readonly<Record<number, DType | 'string' | 'variant'>> = {
  1: 'F32',
  2: 'F64',
  3: 'I32',
  4: 'U8',
  5: 'I16',
  6: 'I8',
  7: 'string',
  8: 'C64',
  9: 'I64',
  10: 'BOOL',
  11: 'I8',
  12: 'U8',
  13: 'I32',
  14: 'BF16',
  15: 'I16',
  16: 'U16',
  17: 'U16',
  18: 'C128',
  19: 'F16',
  21: 'variant',
  22: 'U32',
  23: 'U64',
  24: 'F8_E5M2',
  25: 'F8_E4M3',
};

/** Reads a BundleHeaderProto. Throws MalformedFileError. */
export async function readHeader(wire: Wire, start: number, end: number): Promise<Header> {
  let [files, isBigEndian] = [0, false];
  await wire.fields(start, end, ({ number, kind, value }) => {
    if (kind !== 'varint') return;
    if (number === 1) files = value;
    else if (number === 2) isBigEndian = value !== 0;
  });
  return { files, isBigEndian };
}

/** Reads a BundleEntryProto. Throws MalformedFileError. */
export async function readEntry(wire: Wire, start: number, end: number): Promise<Entry> {
  let [type, file, offset, byteLength, isSliced] = [0, 0, 0, 0, false];
  const shape: number[] = [];
  await wire.fields(start, end, async ({ number, kind, value, start: from, end: to }) => {
    if (number === 7) isSliced = true;
    else if (number === 2 && kind === 'bytes')
      await wire.fields(from, to, async (part) => {
        if (part.number === 2 && part.kind === 'bytes') shape.push(await extentOf(wire, part.start, part.end));
        if (shape.length > limits.rank) wire.fail(`a variable of more than ${limits.rank} extents`, from);
      });
    else if (kind !== 'varint') return;
    else if (number === 1) type = value;
    else if (number === 3) file = value;
    else if (number === 4) offset = value;
    else if (number === 5) byteLength = value;
  });
  if (![offset, byteLength, ...shape].every(Number.isSafeInteger))
    wire.fail('a variable with a negative number or one above 2^53', start);
  return { dtype: dtypeOf[type] ?? `TF_${type}`, shape, file, offset, byteLength, isSliced };
}

async function extentOf(wire: Wire, start: number, end: number): Promise<number> {
  let extent = 0;
  await wire.fields(start, end, ({ number, kind, value }) => {
    if (number === 1 && kind === 'varint') extent = value;
  });
  return extent;
}
