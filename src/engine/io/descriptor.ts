import { readSync, writeSync } from 'node:fs';
import { FeatherweightError } from '../errors.ts';
import type { ByteSource } from './source.ts';

/** Fills `target` from a file at `offset` (pread), in however many calls it takes. Throws `IO` when the file ends first. */
export function readFully(descriptor: number, target: Uint8Array, offset: number): void {
  let done = 0;
  while (done < target.length) {
    const read = readSync(descriptor, target, done, target.length - done, offset + done);
    if (read === 0)
      throw new FeatherweightError(
        'IO',
        `The file ends at byte ${offset + done}; ${target.length - done} more were expected.`,
        {
          facts: { offset: offset + done },
        },
      );
    done += read;
  }
}

/** Writes all of `bytes` at `offset` (pwrite), in however many calls it takes. */
export function writeFully(descriptor: number, bytes: Uint8Array, offset: number): void {
  let done = 0;
  while (done < bytes.length) done += writeSync(descriptor, bytes, done, bytes.length - done, offset + done);
}

/** A {@link ByteSource} over a descriptor that somebody else opened and will close. */
export function descriptorSource(descriptor: number, size: number, name: string): ByteSource {
  return {
    name,
    size,
    read(offset, target) {
      readFully(descriptor, target, offset);
      return Promise.resolve();
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
