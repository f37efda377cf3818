import { UsageError } from '../../engine/errors.ts';
import { estimate } from '../../engine/pipeline/estimate/estimate.ts';
import type { EngineContext } from '../../engine/pipeline/job/requests.ts';
import { floatWidth } from '../../engine/tensor/floats.ts';
import type { Bench } from './bench.ts';
import type { FitRequest } from './request.ts';

/** What is stored of floats hardly becomes smaller than this share with nothing lost, so that less is not looked at. */
const leastShare = 0.4;

/** Throws {@link UsageError} where a model takes at most so many bytes with nothing lost: then a fit could only lose something. */
export async function refuseLossless(
  { model: { name, opened, bytes: bytesIn }, matrices }: Pick<Bench, 'model' | 'matrices'>,
  bytes: number,
  { threads, memoryBytes }: Pick<FitRequest, 'threads' | 'memoryBytes'>,
  context: EngineContext,
): Promise<void> {
  const repeated = matrices.reduce(
    (sum, { count, dtype, twins = [] }) => sum + floatWidth(dtype) * count * twins.length,
    0,
  );
  if (bytes < leastShare * (bytesIn - repeated)) return;
  const { presets } = await estimate({ input: opened, presets: ['smallest'], threads, memoryBytes }, context);
  const [exact] = presets;
  if (exact && exact.high <= bytes)
    throw new UsageError(
      `"${name}" fits into ${Math.round(bytes)} bytes with nothing lost: compressed exactly it takes about ${Math.round(exact.bytesOut)}. Compress it without a size, or ask for a smaller one.`,
      { asked: Math.round(bytes), exact: Math.round(exact.bytesOut) },
    );
}
