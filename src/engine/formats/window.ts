import { MalformedFileError } from '../errors.ts';
import type { ByteSource } from '../io/source.ts';

/** Small pieces of a large file through one buffer, for tables that are walked field by field. */
export interface Window {
  readonly size: number;
  /**
   * The `length` bytes at `offset`, valid until the next call. `length` is one that the caller has checked. Throws
   * MalformedFileError, saying that `what` is cut short, when the file ends before.
   */
  at(offset: number, length: number, what: string): Promise<Uint8Array>;
}

/** A window of `capacity` bytes over `source`. */
export function openWindow(source: ByteSource, capacity = 65_536): Window {
  const { name: file, size } = source;
  let start = 0;
  let held = new Uint8Array(0);
  return {
    size,
    async at(offset, length, what) {
      if (offset + length > size)
        throw new MalformedFileError(
          `"${file}": ${what} at byte ${offset} is cut short; the file ends at byte ${size}.`,
          { file, offset, length, size },
        );
      if (offset < start || offset + length > start + held.length) {
        held = new Uint8Array(Math.min(Math.max(capacity, length), size - offset));
        start = offset;
        await source.read(start, held);
      }
      return held.subarray(offset - start, offset - start + length);
    },
  };
}
