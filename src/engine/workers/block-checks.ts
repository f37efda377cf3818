import { crc32 } from 'node:zlib';
import { DamagedArchiveError, DifferentError } from '../errors.ts';

/** Throws {@link DamagedArchiveError} when a coded block is not what was written. */
export function requireChecksum(payload: Uint8Array, expected: number, archiveOffset: number): void {
  const found = crc32(payload);
  if (found === expected) return;
  throw new DamagedArchiveError(
    `The block at byte ${archiveOffset} of the archive is damaged: checksum ${hex(found)}, expected ${hex(expected)}.`,
    { archiveOffset, length: payload.length },
  );
}

/** Throws {@link DifferentError} when a decoded block is not what was read of the original. */
export function requireEqual(decoded: Uint8Array, original: Uint8Array, archiveOffset: number): void {
  if (Buffer.compare(decoded, original) !== 0)
    throw new DifferentError('A block that was read back from the archive does not restore the original bytes.', {
      archiveOffset,
    });
}

function hex(number: number): string {
  return number.toString(16).padStart(8, '0');
}
