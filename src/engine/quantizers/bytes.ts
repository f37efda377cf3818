import { DamagedArchiveError } from '../errors.ts';

/** A single-precision number as four bytes. */
export function float32Bytes(value: number): Uint8Array {
  return new Uint8Array(Float32Array.of(value).buffer);
}

/** The single-precision number at `start` of a header. */
export function readFloat32(header: Uint8Array, start: number): number {
  if (header.length < start + 4)
    throw new DamagedArchiveError(`A header of ${header.length} bytes ends within the number at byte ${start}.`);
  return new DataView(header.buffer, header.byteOffset, header.length).getFloat32(start, true);
}

/** Headers one behind another. */
export function joinBytes(...pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
