import { DamagedArchiveError } from '../errors.ts';
import type { Workspace } from '../kernels/workspace.ts';
import type { StreamShape } from '../codecs/codec.ts';
import { readVarint, varintLength, writeVarint } from '../codecs/varint.ts';
import type { Part } from './quantizer.ts';

/** One code in so many may be an escape before codes take two bytes. */
const rareEscape = 64;

/**
 * Whole numbers as streams that entropy coders like: one byte each (two's complement) where nearly all fit, else two; what
 * does not fit is the escape −128 or −32768, and stands in a second stream of four bytes each.
 */
export interface CodeParts {
  /** 1 or 2, and the number of escapes; the decoder needs both. */
  readonly header: Uint8Array;
  readonly parts: readonly [Part, Part];
}

/** `columns` is the length of the rows that they stand in, where that may tell something. */
export function writeCodes(codes: Int32Array, workspace: Workspace, columns?: number): CodeParts {
  let [wide, wider] = [0, 0];
  // By place: iterators over shared memory are ten times slower.
  for (let place = 0; place < codes.length; place++) {
    const code = codes[place] ?? 0;
    if (code <= 127 && code >= -127) continue;
    wide++;
    if (code > 32767 || code < -32767) wider++;
  }
  const width = wide * rareEscape <= codes.length ? 1 : 2;
  const escapes = width === 1 ? wide : wider;
  const bytes = workspace.allocate(codes.length * width);
  const escaped = workspace.allocate(4 * escapes);
  const words = new Int32Array(escaped.buffer, escaped.byteOffset, escapes);
  const narrow =
    width === 1
      ? new Int8Array(bytes.buffer, bytes.byteOffset, codes.length)
      : new Int16Array(bytes.buffer, bytes.byteOffset, codes.length);
  const limit = width === 1 ? 127 : 32767;
  let next = 0;
  for (let place = 0; place < codes.length; place++) {
    const code = codes[place] ?? 0;
    const fits = code <= limit && code >= -limit;
    narrow[place] = fits ? code : -limit - 1;
    if (!fits) words[next++] = code;
  }
  const header = new Uint8Array(1 + varintLength(escapes));
  header[0] = width;
  writeVarint(header, 1, escapes);
  return {
    header,
    parts: [
      { bytes, width, dtype: width === 1 ? 'I8' : 'I16', ...(columns !== undefined && { rows: [columns] }) },
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
  const width = header[start];
  const { value: escapes, end } = readVarint(header, start + 1, header.length);
  if ((width !== 1 && width !== 2) || escapes > count)
    throw new DamagedArchiveError(`Codes of ${String(width)} bytes with ${escapes} escapes among ${count}.`);
  return {
    shapes: [
      { length: count * width, width },
      { length: 4 * escapes, width: 4 },
    ],
    end,
  };
}

/** The inverse of {@link writeCodes}; the parts have the shapes that {@link codeShapes} told. */
export function readCodes(parts: readonly Part[], workspace: Workspace): Int32Array {
  const [narrow, escaped] = parts;
  if (narrow === undefined || escaped === undefined) throw new DamagedArchiveError('A part of the codes is not there.');
  const { width } = narrow;
  const count = narrow.bytes.length / width;
  const room = workspace.allocate(4 * count);
  const codes = new Int32Array(room.buffer, room.byteOffset, count);
  const view = new DataView(escaped.bytes.buffer, escaped.bytes.byteOffset, escaped.bytes.length);
  const { bytes } = narrow;
  const limit = width === 1 ? 128 : 32768;
  let next = 0;
  for (let place = 0; place < count; place++) {
    const low = bytes[place * width] ?? 0;
    const code = width === 1 ? (low << 24) >> 24 : ((low | ((bytes[2 * place + 1] ?? 0) << 8)) << 16) >> 16;
    if (code !== -limit) {
      codes[place] = code;
      continue;
    }
    if (next + 4 > escaped.bytes.length) throw new DamagedArchiveError('There are more escapes than escaped codes.');
    codes[place] = view.getInt32(next, true);
    next += 4;
  }
  if (next !== escaped.bytes.length) throw new DamagedArchiveError('There are fewer escapes than escaped codes.');
  return codes;
}
