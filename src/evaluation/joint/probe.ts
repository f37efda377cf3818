import { join } from 'node:path';
import type { Bench } from './bench.ts';
import type { FitRequest } from './request.ts';
import { weigh, type Weighed } from './weigh.ts';

/** Items that sensitivities are measured on. */
const probedItems = 12;
/** Steps that each matrix is tried at, relative to its root mean square; of large models only the first. */
const probedSteps = [0.8, 0.35, 1.8];
const largeWeights = 2e7;

/** Measures what rounding each matrix does to the outputs; what an earlier run found out is not measured again. */
export async function weighMatrices(bench: Bench, { without }: FitRequest): Promise<readonly Weighed[]> {
  const { matrices, task, inputs } = bench;
  const feedback = without !== 'feedback';
  const spreads = without !== 'spreads';
  const repair = without !== 'repair';
  const weights = matrices.reduce((sum, { count }) => sum + count, 0);
  const tellsClasses = task?.task.metrics.some(({ metric }) => /nll|perplexity|top-1|text|character/.test(metric));
  const probes = await bench.ask('sensitivity', {
    ...inputs,
    items: Math.min(inputs.items, probedItems),
    ...{ model: bench.graph, output: task?.task.output, tellsClasses: tellsClasses ?? false },
    ...{ copies: bench.copies, folder: bench.cache, feedback, spreads },
    biases: repair ? bench.vectors : [],
    tensors: matrices.filter(({ isReached }) => isReached),
    steps: weights > largeWeights ? probedSteps.slice(0, 1) : probedSteps,
    record: join(
      bench.cache,
      `probes-${feedback ? 'fed' : 'plain'}-${spreads ? 'spread' : 'even'}-${repair ? 'repaired' : 'lost'}.jsonl`,
    ),
  });
  return await weigh(matrices, probes, bench.valuesOf, without === 'allocation');
}
