import { FeatherweightError } from '../errors.ts';
import type { ByteSource } from './source.ts';

/** A {@link ByteSource} over bytes already in memory. */
export function memorySource(bytes: Uint8Array, name = 'memory'): ByteSource {
  return {
    name,
    size: bytes.length,
    read(offset, target) {
      if (offset < 0 || offset + target.length > bytes.length)
        return Promise.reject(
          new FeatherweightError('IO', `"${name}" ends at ${bytes.length}; asked for ${offset}+${target.length}.`),
        );
      target.set(bytes.subarray(offset, offset + target.length));
      return Promise.resolve();
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
