import { DamagedArchiveError } from '../../errors.ts';
import type { StreamShape, Width } from '../codec.ts';
import { mostStreams } from '../limits.ts';

/** A field as the archive knows it: no type, only how many bytes a record has of it and how wide its elements are. */
export interface FieldShape {
  readonly bytes: number;
  readonly width: Width;
}

export interface RecordsHeader {
  readonly fields: readonly FieldShape[];
  /** Bytes of one record. */
  readonly stride: number;
  /** Whole records. */
  readonly count: number;
  /** The bytes before the first whole record, and those behind the last. */
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
}

/** One byte, three for each field, two more; then the bytes that are not of whole records. */
export function writeHeader({ fields, head, tail }: Omit<RecordsHeader, 'stride' | 'count'>): Uint8Array {
  const fixed = 3 + 3 * fields.length;
  const header = new Uint8Array(fixed + head.length + tail.length);
  const view = new DataView(header.buffer);
  header[0] = fields.length;
  fields.forEach(({ bytes, width }, place) => {
    header[1 + 3 * place] = width;
    view.setUint16(2 + 3 * place, bytes, true);
  });
  view.setUint16(fixed - 2, head.length, true);
  header.set(head, fixed);
  header.set(tail, fixed + head.length);
  return header;
}

/** The inverse of {@link writeHeader}; throws {@link DamagedArchiveError} for what it cannot have written for `output`. */
export function readHeader(header: Uint8Array, output: StreamShape): RecordsHeader {
  const [fieldCount = 0] = header;
  const fixed = 3 + 3 * fieldCount;
  if (output.width !== 1 || fieldCount === 0 || fieldCount > mostStreams || header.length < fixed)
    throw damaged(`a header of ${header.length} bytes for ${fieldCount} fields of elements ${output.width} bytes wide`);
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const fields = Array.from({ length: fieldCount }, (_, place) => readField(view, 1 + 3 * place));
  const stride = fields.reduce((sum, { bytes }) => sum + bytes, 0);
  const skip = view.getUint16(fixed - 2, true);
  const rest = (output.length - skip) % stride;
  if (skip >= stride || skip > output.length || header.length !== fixed + skip + rest)
    throw damaged(`${skip} bytes before its first record of ${stride}, in a header of ${header.length} bytes`);
  return {
    fields,
    stride,
    count: (output.length - skip - rest) / stride,
    head: header.subarray(fixed, fixed + skip),
    tail: header.subarray(fixed + skip),
  };
}

function readField(view: DataView, at: number): FieldShape {
  const width = view.getUint8(at);
  const bytes = view.getUint16(at + 1, true);
  if ((width !== 1 && width !== 2 && width !== 4 && width !== 8) || bytes === 0 || bytes % width !== 0)
    throw damaged(`a field of ${bytes} bytes at width ${width}`);
  return { bytes, width };
}

function damaged(found: string): DamagedArchiveError {
  return new DamagedArchiveError(`A stream of records has ${found} where that cannot be.`);
}
