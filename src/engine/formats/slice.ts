import { MalformedFileError } from '../errors.ts';
import type { ByteSource } from '../io/source.ts';

/**
 * The `size` bytes from `start` of a file as a file of their own, for a format inside another. The caller has checked that they
 * are inside; closing it leaves the outer file open.
 */
export function sliceSource(source: ByteSource, start: number, size: number): ByteSource {
  return {
    name: source.name,
    size,
    async read(offset, target) {
      if (offset < 0 || offset + target.length > size)
        throw new MalformedFileError(`"${source.name}": the part from byte ${start} ends after ${size} bytes.`, {
          file: source.name,
          offset: start + offset,
        });
      await source.read(start + offset, target);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
