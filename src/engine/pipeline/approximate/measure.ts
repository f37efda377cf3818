import { quantizerById } from '../../quantizers/catalog.ts';
import { addStatistics, piecesOf, type TensorStatistics } from '../../quantizers/statistics.ts';
import { floatWidth } from '../../tensor/floats.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import { mostBatchBlocks } from '../../workers/coder-size.ts';
import type { Crew } from '../../workers/crew.ts';
import type { MeasuredRun } from '../../workers/protocol.ts';
import type { AssemblyLine } from '../job/assembly-line.ts';
import { DigestFeed } from '../job/digests.ts';
import type { InputFile } from '../../models/inputs.ts';
import { blockBytes } from '../job/resources.ts';
import type { Candidate } from './choose.ts';

/** A tensor whose numbers are to be looked at. */
export interface Measured {
  readonly tensor: TensorRange;
  readonly candidate: Candidate;
  /** Where the tensor begins in a file of a base, if one has it. */
  readonly base?: { readonly descriptor: number; readonly offset: number } | undefined;
}

interface Surroundings {
  readonly crew: Crew;
  readonly line: AssemblyLine;
  readonly slotBytes: number;
  /** Hears of the bytes read so far. */
  read(bytes: number): void;
  fileDigest(sha256: string): void;
}

/** A run of a file to be read at once; with `of`, the run is numbers of that tensor from `first` on. */
interface Stretch {
  readonly offset: number;
  readonly length: number;
  readonly of?: Measured;
  readonly first: number;
}

/**
 * Puts one whole file on the line: every byte goes into its sha256, and the numbers of the tensors into their statistics,
 * which are there when the line is through. By offset of the tensor.
 */
export async function measureFile(
  file: number,
  { source }: InputFile,
  tensors: readonly Measured[],
  { crew, line, slotBytes, read, fileDigest }: Surroundings,
): Promise<ReadonlyMap<number, TensorStatistics>> {
  const found = new Map<number, TensorStatistics>();
  const digests = new DigestFeed(
    crew,
    { key: file, bytes: source.size },
    { firstKey: 0, ranges: [] },
    { fileDigest: (_, sha256) => fileDigest(sha256), tensorDigest: () => undefined },
  );
  for (const batch of batchesOf(stretchesOf(source.size, tensors), slotBytes)) {
    const offset = batch[0]?.offset ?? 0;
    const length = batch.reduce((sum, stretch) => sum + stretch.length, 0);
    const measured = batch.filter((stretch) => stretch.of !== undefined);
    const runs = measured.map((stretch) => runOf(stretch, offset));
    const from = { descriptor: source.descriptor, offset, length };
    await line.add(
      ({ thread, slot }) => thread.run({ kind: 'measure', slot, source: from, runs }),
      async (slot, { statistics }) => {
        measured.forEach(({ of }, place) => {
          const [key, more] = [of?.tensor.offset ?? 0, statistics[place]];
          const known = found.get(key);
          if (more) found.set(key, known ? addStatistics(known, more) : more);
        });
        await digests.feed(slot, 0, offset, length);
        read(length);
      },
    );
  }
  return found;
}

function runOf({ offset, length, of, first }: Stretch, batchOffset: number): MeasuredRun {
  if (!of) throw new Error('Only numbers are measured.');
  const { step, dtype, geometry } = of.candidate;
  const quantizer = quantizerById(step.method);
  const { rows, columns, channels } = geometry;
  const isCompared = of.base && quantizer?.measuresDifferences?.(quantizer.options.parse(step.options));
  const reference = isCompared ? { ...of.base, offset: of.base.offset + first * floatWidth(dtype), length } : undefined;
  const place = { start: offset - batchOffset, length, first, total: rows * columns, columns, channels };
  return { ...place, dtype, needs: quantizer?.needs ?? {}, reference };
}

/** Every byte of a file once, in order. */
function* stretchesOf(size: number, tensors: readonly Measured[]): Generator<Stretch> {
  let end = 0;
  const between = function* (until: number): Generator<Stretch> {
    for (; end < until; end += blockBytes) yield { offset: end, length: Math.min(blockBytes, until - end), first: 0 };
    end = until;
  };
  for (const of of tensors) {
    const { tensor, candidate } = of;
    yield* between(tensor.offset);
    const width = floatWidth(candidate.dtype);
    for (const { start, count } of piecesOf(candidate.geometry, blockBytes / width))
      yield { offset: tensor.offset + start * width, length: count * width, of, first: start };
    end = tensor.offset + tensor.byteLength;
  }
  yield* between(size);
}

function* batchesOf(stretches: Iterable<Stretch>, mostBytes: number): Generator<readonly Stretch[]> {
  let batch: Stretch[] = [];
  let bytes = 0;
  for (const stretch of stretches) {
    if (bytes + stretch.length > mostBytes || batch.length === mostBatchBlocks) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(stretch);
    bytes += stretch.length;
  }
  if (batch.length > 0) yield batch;
}
