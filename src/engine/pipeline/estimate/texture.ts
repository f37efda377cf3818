import { deflateRawSync } from 'node:zlib';
import type { ByteSource } from '../../io/source.ts';
import type { PlacedRun } from '../cut/blueprint.ts';

/** Smaller runs change no estimate by much. */
const leastBytes = 32 * 1024;
/** A disk that has to seek is asked no longer than this. */
const mostMilliseconds = 500;
const pieceBytes = 4096;
/** Places of the pieces, as parts of the run. */
const places = [0.1, 0.5, 0.9] as const;
/** Weights shrink by less than three tenths in so few bytes; masks and computed tables by more. */
const bounds = [0.1, 0.4, 0.7] as const;

/**
 * How far bytes of a run repeat, in four steps from 0, told from three small pieces of it. Masks and computed tables, which have
 * the element type of weights, differ from them in this. Small runs, and those for which there was no time, are left out.
 */
export async function texturesOf(
  files: readonly { readonly source: ByteSource }[],
  runs: readonly PlacedRun[],
  signal: AbortSignal,
): Promise<ReadonlyMap<PlacedRun, number>> {
  const large = runs.filter(({ isReference, length }) => !isReference && length >= leastBytes);
  const textures = new Map<PlacedRun, number>();
  const sample = new Uint8Array(places.length * pieceBytes);
  const start = performance.now();
  for (const run of large.sort((one, other) => other.length - one.length)) {
    signal.throwIfAborted();
    if (performance.now() - start > mostMilliseconds) break;
    for (const [number, place] of places.entries()) {
      const offset = run.offset + Math.floor(place * (run.length - pieceBytes));
      await files[run.file]?.source.read(offset, sample.subarray(number * pieceBytes, (number + 1) * pieceBytes));
    }
    const ratio = deflateRawSync(sample, { level: 1 }).length / sample.length;
    textures.set(run, bounds.filter((bound) => ratio > bound).length);
  }
  return textures;
}
