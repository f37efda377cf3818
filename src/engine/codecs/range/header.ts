import { DamagedArchiveError } from '../../errors.ts';
import { readVarint, varintLength, writeVarint } from '../varint.ts';
import { alike, longestPeriod, type Model } from './model.ts';

/**
 * Where the coded bytes are: in the output stream, of `length` bytes, or behind the header itself from `start` on. Where coding would
 * not shorten them, the output stream has the bytes themselves.
 */
export type RangeHeader =
  | { readonly kind: 'stored'; readonly length: number }
  | { readonly kind: 'coded'; readonly length: number; readonly model: Model }
  | { readonly kind: 'inside'; readonly start: number; readonly model: Model };

const signed = 0x80;
const near = 0x40;
const smooth = 0x20;
const rowed = 0x10;
const mostShift = 3;
/** The least bytes of a header with coded bytes in it; others that begin with 0 are shorter. */
export const leastInside = 7;

/** See `spec.md`. Of a smooth model the header only begins so: `coded` stands behind it. */
export function writeHeader(model: Model, coded: Uint8Array): Uint8Array {
  const { period, flip, low, shift, isNear, isSmooth } = model;
  const flags = shift | flip | (isNear ? near : 0);
  const ofRows = period === 0 ? 0 : varintLength(period) + 1;
  if (isSmooth) {
    const bytes = new Uint8Array(2 + ofRows + coded.length);
    bytes[1] = flags | smooth | (period === 0 ? 0 : rowed);
    if (period > 0) bytes[writeVarint(bytes, 2, period)] = low;
    bytes.set(coded, 2 + ofRows);
    return bytes;
  }
  const { length } = coded;
  const bytes = new Uint8Array(varintLength(length) + (period === 0 ? 0 : ofRows + 1));
  const at = writeVarint(bytes, 0, length);
  if (period > 0) bytes.set([low, flags], writeVarint(bytes, at, period));
  return bytes;
}

/** The inverse of {@link writeHeader}, for `symbols` output bytes; throws {@link DamagedArchiveError} for what it cannot have written. */
export function readHeader(header: Uint8Array, symbols: number): RangeHeader {
  if (header.length === 0) return { kind: 'stored', length: symbols };
  if (header[0] === 0 && header.length >= leastInside) return readSmooth(header);
  const { value: length, end } = readVarint(header, 0, header.length);
  if (length > symbols) throw new DamagedArchiveError(`range: ${length} bytes for ${symbols} symbols are too many.`);
  if (end === header.length) return { kind: 'coded', length, model: alike };
  const { value: period, end: rest } = readVarint(header, end, header.length);
  const [low = 0, flags = 0] = header.subarray(rest);
  if (header.length !== rest + 2 || (flags & ~(signed | near | mostShift)) !== 0) refuse(header);
  return { kind: 'coded', length, model: rowedModel(header, period, low, flags) };
}

function readSmooth(header: Uint8Array): RangeHeader {
  const flags = header[1] ?? 0;
  if ((flags & ~(signed | near | rowed | mostShift)) !== smooth) refuse(header);
  if ((flags & rowed) === 0) {
    if (flags !== smooth) refuse(header);
    return { kind: 'inside', start: 2, model: { ...alike, isSmooth: true } };
  }
  const { value: period, end } = readVarint(header, 2, header.length);
  const low = header[end] ?? 0;
  return { kind: 'inside', start: end + 1, model: { ...rowedModel(header, period, low, flags), isSmooth: true } };
}

function rowedModel(header: Uint8Array, period: number, low: number, flags: number): Model {
  if (period < 1 || period > longestPeriod) refuse(header);
  const isNear = (flags & near) !== 0;
  return { period, flip: flags & signed, low, shift: flags & mostShift, isNear, isSmooth: false };
}

function refuse(header: Uint8Array): never {
  throw new DamagedArchiveError(`range: a header of ${header.length} bytes that no encoder writes.`);
}
