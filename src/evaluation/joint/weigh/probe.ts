import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import type { CalibratedLayer } from '../calibrate/calibrate.ts';
import type { FitRequest } from '../request.ts';
import { even } from '../layers/spread.ts';
import { weigh, type Weighed } from './weigh.ts';

/**
 * Items that sensitivities are measured on at most, and steps that each matrix is tried at, relative to its root mean square. Few
 * items do not show what a matrix may do: of the text reader, 40 lines tell up to twenty times the damage that 12 do.
 */
const probedItems = 64;
const probedSteps = [0.8, 0.35, 1.8];
/** Of large models only the first step is tried. */
const largeWeights = 2e7;
/** Weights of a matrix that every method is tried on; of those of large models. */
const [sampled, sampledOfLarge] = [2 ** 16, 2 ** 15];
/** Products that all trials together may take, some minutes of two cores: beyond, there are fewer steps, then fewer items. */
const mostProducts = 1.5e13;

/** Measures what rounding each matrix does to the outputs; what an earlier run found out is not measured again. */
export async function weighMatrices(
  bench: Bench,
  { without, priced = false, codebooks: isAsked = false, trellis: isWanted = false, pruning }: FitRequest,
): Promise<readonly Weighed[]> {
  const { matrices, task, inputs } = bench;
  const feedback = without !== 'feedback';
  const spreads = without !== 'spreads';
  const repair = without !== 'repair';
  const rate = priced && without !== 'rate';
  const codebooks = isAsked && without !== 'codebooks';
  // Weights that become 0 are none of the trellis's.
  const mayTry = isWanted && feedback && (!pruning || without === 'pruning');
  const trellis = mayTry && without !== 'trellis';
  const plan = planTrials(matrices, inputs.items);
  const weights = matrices.reduce((sum, { count }) => sum + count, 0);
  const tellsClasses = task?.task.metrics.some(({ metric }) => /nll|perplexity|top-1|text|character/.test(metric));
  const probes = await bench.ask('sensitivity', {
    ...inputs,
    ...plan,
    ...{ model: bench.graph, output: task?.task.output, tellsClasses: tellsClasses ?? false },
    ...{ copies: bench.copies, folder: bench.cache, feedback, spreads, rate, codebooks, trellis },
    biases: repair ? bench.vectors : [],
    tensors: matrices.filter(({ isReached }) => isReached),
    record: join(
      bench.cache,
      `probes-${feedback ? 'fed' : 'plain'}-${spreads ? 'spread' : 'even'}-${repair ? 'repaired' : 'lost'}${rate ? '-priced' : ''}${codebooks ? '-learned' : ''}${trellis ? '-trellis' : ''}.jsonl`,
    ),
  });
  const spreadOf = new Map(probes.map(({ name, spread }) => [name, spread]));
  const trials =
    without === 'methods'
      ? []
      : await bench.ask('methods', {
          files: bench.files.map(({ source }) => source.name),
          folder: bench.cache,
          tensors: matrices.map((tensor) => ({ ...tensor, spread: spreadOf.get(tensor.name) ?? even })),
          steps: plan.steps,
          sampled: weights > largeWeights ? sampledOfLarge : sampled,
          record: join(bench.cache, `methods-${spreads ? 'spread' : 'even'}${trellis ? '-trellis' : ''}.jsonl`),
        });
  return await weigh(matrices, probes, trials, bench.valuesOf, without === 'allocation');
}

/** At how many steps matrices are tried, and on how many of the items that were learned from. */
export function planTrials(
  matrices: readonly { readonly count: number; readonly layer?: Pick<CalibratedLayer, 'places'> | undefined }[],
  learned: number,
): { readonly steps: readonly number[]; readonly items: number } {
  const weights = matrices.reduce((sum, { count }) => sum + count, 0);
  const products = matrices.reduce((sum, { count, layer }) => sum + count * (layer?.places ?? 0), 0);
  const items = Math.min(learned, probedItems);
  const asOftenAs = mostProducts / (matrices.length * (products / learned));
  if (weights <= largeWeights && asOftenAs >= items * probedSteps.length) return { steps: probedSteps, items };
  return { steps: probedSteps.slice(0, 1), items: Math.max(1, Math.min(items, Math.floor(asOftenAs))) };
}
