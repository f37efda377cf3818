import { longestPeriod } from '../codecs/range/model.ts';
import { DamagedArchiveError } from '../errors.ts';
import type { Workspace } from '../kernels/workspace.ts';
import type { StreamShape } from '../codecs/codec.ts';
import { readVarint, varintLength, writeVarint } from '../codecs/varint.ts';
import type { Direction } from '../trellis/runs.ts';
import type { Part } from './quantizer.ts';

/** One code in so many may be an escape before codes take two bytes. */
const rareEscape = 64;

/** Codes of two bytes are moved up by as much as this. */
const mostShift = 7;

/**
 * Whole numbers as streams that entropy coders like: one byte each (two's complement) where nearly all fit, else two, moved up so
 * that one of them holds the eight bits that tell most; what does not fit is the escape −128 or −32768, and stands in a
 * second stream of four bytes each.
 */
export interface CodeParts {
  /** The form, and the number of escapes; the decoder needs both. */
  readonly header: Uint8Array;
  readonly parts: readonly [Part, Part];
}

/** One byte is form 1; two bytes are 2 and by how many bits codes are moved up. */
interface Form {
  readonly width: 1 | 2;
  readonly shift: number;
  /** The largest magnitude that is no escape. */
  readonly limit: number;
}

const formOf = (number: number): Form => ({
  width: number === 1 ? 1 : 2,
  shift: Math.max(0, number - 2),
  limit: number === 1 ? 127 : 2 ** (15 - Math.max(0, number - 2)) - 1,
});

/** The form with the least room beyond what nearly all codes need, and how many do not fit then. */
function chooseForm(codes: Int32Array): { readonly number: number; readonly escapes: number } {
  /** How many codes have magnitudes of so many bits. */
  const lengths = new Uint32Array(33);
  // By place: iterators over shared memory are ten times slower.
  for (let place = 0; place < codes.length; place++) {
    const bits = 32 - Math.clz32(Math.abs(codes[place] ?? 0));
    lengths[bits] = (lengths[bits] ?? 0) + 1;
  }
  const beyond = (bits: number): number => lengths.subarray(bits + 1).reduce((sum, count) => sum + count, 0);
  const isRare = (bits: number): boolean => beyond(bits) * rareEscape <= codes.length;
  if (isRare(7)) return { number: 1, escapes: beyond(7) };
  let shift = mostShift;
  while (shift > 0 && !isRare(15 - shift)) shift--;
  return { number: 2 + shift, escapes: beyond(15 - shift) };
}

/** `columns` is the length of the rows that they stand in, where that may tell something; they may be a trellis's. */
export function writeCodes(codes: Int32Array, workspace: Workspace, columns?: number, trellis?: Direction): CodeParts {
  const { number, escapes } = chooseForm(codes);
  const { width, shift, limit } = formOf(number);
  const bytes = workspace.allocate(codes.length * width);
  const escaped = workspace.allocate(4 * escapes);
  const words = new Int32Array(escaped.buffer, escaped.byteOffset, escapes);
  const narrow =
    width === 1
      ? new Int8Array(bytes.buffer, bytes.byteOffset, codes.length)
      : new Int16Array(bytes.buffer, bytes.byteOffset, codes.length);
  let next = 0;
  for (let place = 0; place < codes.length; place++) {
    const code = codes[place] ?? 0;
    const fits = code <= limit && code >= -limit;
    narrow[place] = fits ? code << shift : width === 1 ? -128 : -32768;
    if (!fits) words[next++] = code;
  }
  const header = new Uint8Array(1 + varintLength(escapes));
  header[0] = number;
  writeVarint(header, 1, escapes);
  return {
    header,
    parts: [
      {
        bytes,
        width,
        dtype: width === 1 ? 'I8' : 'I16',
        ...(columns !== undefined && columns <= longestPeriod && { rows: [columns], trellis }),
      },
      { bytes: escaped, width: 4, dtype: 'I32' },
    ],
  };
}

/** The shapes of both streams of `count` codes, from a header at `start`, and where the header ends. */
export function codeShapes(
  header: Uint8Array,
  start: number,
  count: number,
): { readonly shapes: readonly [StreamShape, StreamShape]; readonly end: number } {
  const number = header[start] ?? 0;
  const { value: escapes, end } = readVarint(header, start + 1, header.length);
  if (number < 1 || number > 2 + mostShift || escapes > count)
    throw new DamagedArchiveError(`Codes of form ${number} with ${escapes} escapes among ${count}.`);
  const { width } = formOf(number);
  return {
    shapes: [
      { length: count * width, width },
      { length: 4 * escapes, width: 4 },
    ],
    end,
  };
}

/** The inverse of {@link writeCodes}, its header at `start`; the parts have the shapes that {@link codeShapes} told. */
export function readCodes(header: Uint8Array, start: number, parts: readonly Part[], workspace: Workspace): Int32Array {
  const [narrow, escaped] = parts;
  if (narrow === undefined || escaped === undefined) throw new DamagedArchiveError('A part of the codes is not there.');
  const { width, shift } = formOf(header[start] ?? 1);
  const count = narrow.bytes.length / width;
  const room = workspace.allocate(4 * count);
  const codes = new Int32Array(room.buffer, room.byteOffset, count);
  const view = new DataView(escaped.bytes.buffer, escaped.bytes.byteOffset, escaped.bytes.length);
  const { bytes } = narrow;
  const escape = width === 1 ? -128 : -32768;
  let next = 0;
  for (let place = 0; place < count; place++) {
    const low = bytes[place * width] ?? 0;
    const code = width === 1 ? (low << 24) >> 24 : ((low | ((bytes[2 * place + 1] ?? 0) << 8)) << 16) >> 16;
    if (code !== escape) {
      codes[place] = code >> shift;
      continue;
    }
    if (next + 4 > escaped.bytes.length) throw new DamagedArchiveError('There are more escapes than escaped codes.');
    codes[place] = view.getInt32(next, true);
    next += 4;
  }
  if (next !== escaped.bytes.length) throw new DamagedArchiveError('There are fewer escapes than escaped codes.');
  return codes;
}
