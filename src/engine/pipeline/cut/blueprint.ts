import type { CodecNode } from '../../codecs/codec.ts';
import { cutFile, type Place, type Run } from './cut.ts';
import type { ScannedFile } from './duplicates.ts';
import type { TensorApproximation } from '../../quantizers/approximate.ts';

/** A run and the stream of the archive that holds its bytes. */
export interface PlacedRun extends Run {
  readonly stream: Run['stream'];
  readonly streamNumber: number;
  /** First byte in that stream; 0 for a run that is stored itself. */
  readonly streamStart: number;
  /** Number of that stream's first block. */
  readonly firstBlock: number;
  /** Whether the run is stored here or only refers to equal bytes stored before. */
  readonly isReference: boolean;
  /** Bytes in that stream. */
  readonly streamLength: number;
  /** What codes it, where that is known beforehand. */
  readonly node?: CodecNode | undefined;
}

/**
 * Everything about an archive that follows from the tables of tensors alone: which run of which file becomes which stream,
 * and which blocks. Runs in file order, per file.
 */
export function drawBlueprint(
  files: readonly ScannedFile[],
  originals: readonly ReadonlyMap<number, Place>[],
  blockBytes: number,
  approximations: readonly ReadonlyMap<number, TensorApproximation>[] = [],
): readonly (readonly PlacedRun[])[] {
  const placed: PlacedRun[][] = [];
  let [streams, blocks] = [0, 0];
  files.forEach(({ source, layout }, file) => {
    const runs: PlacedRun[] = [];
    placed.push(runs);
    const equals = originals[file] ?? new Map<number, Place>();
    for (const run of cutFile(file, source.size, layout, equals, blockBytes, approximations[file])) {
      if (run.equalTo) {
        runs.push(refer(run, run.equalTo, placed));
        continue;
      }
      runs.push({
        ...run,
        streamNumber: streams++,
        streamStart: 0,
        firstBlock: blocks,
        isReference: false,
        streamLength: run.length,
      });
      blocks += Math.ceil(run.length / blockBytes);
    }
  });
  return placed;
}

function refer(run: Run, place: Place, placed: readonly PlacedRun[][]): PlacedRun {
  const original = runAt(placed[place.file] ?? [], place.offset);
  if (!original || original.isReference) throw new Error('An equal tensor must have been stored before.');
  const { streamNumber, firstBlock, streamLength, stream } = original;
  return {
    ...run,
    stream,
    streamNumber,
    streamStart: place.offset - original.offset,
    firstBlock,
    isReference: true,
    streamLength,
  };
}

function runAt(runs: readonly PlacedRun[], offset: number): PlacedRun | undefined {
  let [low, high] = [0, runs.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((runs[middle]?.offset ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return runs[low];
}
