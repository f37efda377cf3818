import { DamagedArchiveError } from '../../errors.ts';
import { readVarint, varintLength, writeVarint } from '../varint.ts';
import { alike, longestPeriod, type Model } from './model.ts';

/** What is in the output stream, of `length` bytes: coded bytes, or where coding would not shorten them the bytes themselves. */
export type RangeHeader =
  | { readonly kind: 'stored'; readonly length: number }
  | { readonly kind: 'coded'; readonly length: number; readonly model: Model };

const signed = 0x80;
const near = 0x40;
const mostShift = 3;

/** See `spec.md`. */
export function writeHeader(header: RangeHeader): Uint8Array {
  if (header.kind === 'stored') return new Uint8Array();
  const { length, model } = header;
  const { period, flip, low, shift, isNear } = model;
  const bytes = new Uint8Array(varintLength(length) + (period === 0 ? 0 : varintLength(period) + 2));
  const at = writeVarint(bytes, 0, length);
  if (period > 0) bytes.set([low, shift | flip | (isNear ? near : 0)], writeVarint(bytes, at, period));
  return bytes;
}

/** The inverse of {@link writeHeader}, for `symbols` output bytes; throws {@link DamagedArchiveError} for what it cannot have written. */
export function readHeader(header: Uint8Array, symbols: number): RangeHeader {
  if (header.length === 0) return { kind: 'stored', length: symbols };
  const { value: length, end } = readVarint(header, 0, header.length);
  if (length > symbols) throw new DamagedArchiveError(`range: ${length} bytes for ${symbols} symbols are too many.`);
  if (end === header.length) return { kind: 'coded', length, model: alike };
  const { value: period, end: rest } = readVarint(header, end, header.length);
  const [low = 0, flags = 0] = header.subarray(rest);
  if (
    period < 1 ||
    period > longestPeriod ||
    header.length !== rest + 2 ||
    (flags & ~(signed | near | mostShift)) !== 0
  )
    throw new DamagedArchiveError(`range: a header of ${header.length} bytes that no encoder writes.`);
  const model = { period, flip: flags & signed, low, shift: flags & mostShift, isNear: (flags & near) !== 0 };
  return { kind: 'coded', length, model };
}
