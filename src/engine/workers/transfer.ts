import { readFully, writeFully } from '../io/descriptor.ts';
import type { FileRange } from './protocol.ts';

/** Bytes that are read or written at a time, so that they are still in a core's cache when the next step takes them. */
export const cachedBytes = 512 * 1024;

/** A function that reads more of `range` into `target`, until so many bytes of it are there. */
export function reader({ descriptor, offset, length }: FileRange, target: Uint8Array): (end: number) => void {
  let done = 0;
  return (end) => {
    if (end <= done) return;
    const next = Math.min(length, Math.max(end, done + cachedBytes));
    readFully(descriptor, target.subarray(done, next), offset + done);
    done = next;
  };
}

/** Runs of zeros at least this long are not written. */
const holeBytes = 64 * 1024;

/** Writes all but long runs of zeros: a restored sparse file is sparse again. The file already has its length. */
export function writeSparsely(bytes: Uint8Array, descriptor: number, offset: number): void {
  let written = 0;
  for (let start = 0; start < bytes.length; start += holeBytes) {
    if (!isZero(bytes.subarray(start, start + holeBytes))) continue;
    writeFully(descriptor, bytes.subarray(written, start), offset + written);
    written = Math.min(bytes.length, start + holeBytes);
  }
  writeFully(descriptor, bytes.subarray(written), offset + written);
}

function isZero(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0) return false;
  // A run equals itself shifted by one byte only when every byte equals the first.
  return Buffer.compare(bytes.subarray(1), bytes.subarray(0, bytes.length - 1)) === 0;
}
