import { DamagedArchiveError } from '../../errors.ts';
import type { Direction } from '../../trellis/runs.ts';
import { readVarint, varintLength, writeVarint } from '../varint.ts';
import { alike, longestPeriod, type Model } from './model.ts';
import { curves, kinds, type Shape } from './shape.ts';

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
const shaped = 0x04;
const onTrellis = 0x08;
/** With {@link onTrellis}, where {@link rowed} says nothing. */
const downColumns = 0x10;
const mostShift = 3;
/** The least bytes of a header with coded bytes in it; others that begin with 0 are shorter. */
export const leastInside = 7;

/** Whether a model says more than the first headers had room for; then the coded bytes stand behind its own. */
export function tellsMore({ isSmooth, shape }: Model): boolean {
  return isSmooth || shape !== undefined;
}

/** See `spec.md`. Of a model that {@link tellsMore} the header only begins so: `coded` stands behind it. */
export function writeHeader(model: Model, coded: Uint8Array): Uint8Array {
  const { period, flip, low, shift, isNear, isSmooth, shape, trellis } = model;
  const turns = trellis === undefined ? 0 : trellis === 'columns' ? onTrellis | downColumns : onTrellis;
  const flags = shift | flip | (isNear ? near : 0) | turns;
  const ofRows = period === 0 ? 0 : varintLength(period) + 1;
  if (tellsMore(model)) {
    const ofShape = shape ? shapeBytes(shape) : [];
    const bytes = new Uint8Array(2 + ofRows + ofShape.length + coded.length);
    bytes[1] = flags | (isSmooth ? smooth : 0) | (shape ? shaped : 0) | (period === 0 ? 0 : rowed);
    if (period > 0) bytes[writeVarint(bytes, 2, period)] = low;
    bytes.set(ofShape, 2 + ofRows);
    bytes.set(coded, 2 + ofRows + ofShape.length);
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
  if (header[0] === 0 && header.length >= leastInside) return readInside(header);
  const { value: length, end } = readVarint(header, 0, header.length);
  if (length > symbols) throw new DamagedArchiveError(`range: ${length} bytes for ${symbols} symbols are too many.`);
  if (end === header.length) return { kind: 'coded', length, model: alike };
  const { value: period, end: rest } = readVarint(header, end, header.length);
  const [low = 0, flags = 0] = header.subarray(rest);
  const trellis = trellisIn(flags);
  const known = signed | near | mostShift | onTrellis | (trellis ? downColumns : 0);
  if (header.length !== rest + 2 || (flags & ~known) !== 0) refuse(header);
  return { kind: 'coded', length, model: { ...rowedModel(header, period, low, flags), ...(trellis && { trellis }) } };
}

function readInside(header: Uint8Array): RangeHeader {
  const flags = header[1] ?? 0;
  const [isSmooth, isShaped, isRowed] = [(flags & smooth) !== 0, (flags & shaped) !== 0, (flags & rowed) !== 0];
  const known = smooth | shaped | rowed | (isRowed ? signed | near | mostShift : 0);
  if ((flags & ~known) !== 0 || isSmooth === isShaped) refuse(header);
  let [model, start]: [Model, number] = [alike, 2];
  if (isRowed) {
    const { value: period, end } = readVarint(header, 2, header.length);
    [model, start] = [rowedModel(header, period, header[end] ?? 0, flags), end + 1];
  }
  if (isSmooth) return { kind: 'inside', start, model: { ...model, isSmooth } };
  const shape = readShape(header, start);
  return { kind: 'inside', start: start + shapeBytes(shape).length, model: { ...model, shape } };
}

/** The kind and curve, the scale, and of unsigned numbers the centre. */
function shapeBytes({ kind, curve, scale, centre }: Shape): readonly number[] {
  const first = kinds.indexOf(kind) * 4 + curve;
  return kind === 'unsigned' ? [first, scale, centre] : [first, scale];
}

function readShape(header: Uint8Array, at: number): Shape {
  const [first = 0, scale = 0, centre = 0] = header.subarray(at);
  const kind = kinds[first >> 2];
  if (kind === undefined || (first & 3) >= curves) return refuse(header);
  return { kind, curve: first & 3, scale, centre: kind === 'unsigned' ? centre : 0 };
}

function trellisIn(flags: number): Direction | undefined {
  if ((flags & onTrellis) === 0) return undefined;
  return (flags & downColumns) === 0 ? 'rows' : 'columns';
}

function rowedModel(header: Uint8Array, period: number, low: number, flags: number): Model {
  if (period < 1 || period > longestPeriod) refuse(header);
  const isNear = (flags & near) !== 0;
  return { period, flip: flags & signed, low, shift: flags & mostShift, isNear, isSmooth: false };
}

function refuse(header: Uint8Array): never {
  throw new DamagedArchiveError(`range: a header of ${header.length} bytes that no encoder writes.`);
}
