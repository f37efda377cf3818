import { MalformedFileError } from '../errors.ts';
import type { ByteSource } from '../io/source.ts';

/** Small pieces of a large file through one buffer, for tables that are walked field by field. */
export interface Window {
  /**
   * The `length` bytes at `offset`, valid until the next call. `length` is one that the caller has checked. Throws
   * MalformedFileError, saying that `what` is cut short, when the file ends before.
   */
  at(offset: number, length: number, what: string): Promise<Uint8Array>;
  /** The same bytes without waiting, if the buffer has them: most fields of a long table do not need the disk. */
  held(offset: number, length: number): Uint8Array | undefined;
}

/** A window of `capacity` bytes over `source`. */
export function openWindow(source: ByteSource, capacity = 65_536): Window {
  const { name: file, size } = source;
  let start = 0;
  let buffer = new Uint8Array(0);

  function held(offset: number, length: number): Uint8Array | undefined {
    if (offset < start || offset + length > start + buffer.length) return undefined;
    return buffer.subarray(offset - start, offset - start + length);
  }

  return {
    held,
    async at(offset, length, what) {
      if (offset + length > size)
        throw new MalformedFileError(
          `"${file}": ${what} at byte ${offset} is cut short; the file ends at byte ${size}.`,
          { file, offset, length, size },
        );
      const known = held(offset, length);
      if (known !== undefined) return known;
      buffer = new Uint8Array(Math.min(Math.max(capacity, length), size - offset));
      start = offset;
      await source.read(start, buffer);
      return buffer.subarray(0, length);
    },
  };
}
