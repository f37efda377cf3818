import { FeatherweightError, UsageError } from '../../engine/errors.ts';
import { evaluate, type EvaluationContext } from '../evaluate.ts';
import { metricTraits } from '../metrics/catalog.ts';
import type { EvaluationReport, JudgedMetric } from '../report.ts';
import { fewestChanged, fewestUnits } from '../statistics/sample.ts';
import type { Progress } from './bench.ts';
import type { LearnedInputs } from './calibrate/learned-inputs.ts';
import type { FitRequest } from './request.ts';

/**
 * The items that were not learned from, in two halves: every other one to choose by, the rest to tell how good the choice is; where
 * they overlap, the first ones and those behind. Throws USAGE where there are not two.
 */
export function halvesOf({
  task,
  inputs,
  rest,
  doOverlap,
}: LearnedInputs): readonly [readonly number[], readonly number[]] {
  if (!task) throw new UsageError('A drop can be kept only with a task that says what is measured.');
  const count = inputs.items + rest.length;
  if (rest.length < 2)
    throw new UsageError(
      `The task has ${count} items, and ${inputs.items} are learned from; to choose by some and report on others takes two more.`,
      { items: count, calibrate: inputs.items },
    );
  const middle = Math.ceil(rest.length / 2);
  if (doOverlap) return [rest.slice(0, middle), rest.slice(middle)];
  return [rest.filter((_, at) => at % 2 === 0), rest.filter((_, at) => at % 2 === 1)];
}

/** Measures an archive against the original on some items of the task. */
export async function judgeArchive(
  archive: string,
  places: readonly number[],
  { input, task, dataFolder, seed = 1, threads }: FitRequest,
  context: EvaluationContext,
  progress: Progress,
): Promise<EvaluationReport | undefined> {
  const asked = { task, dataFolder, places, seed, threads };
  for await (const event of evaluate({ command: 'compare', model: archive, original: input, ...asked }, context))
    if (event.type === 'finished') return event.report;
    else if (event.type === 'progress') progress(event.phase, event.bytesDone, event.bytesTotal);
  return undefined;
}

/** KL of the first output in nats, or the square of its relative error; nothing where the outputs could not be compared. */
export function distanceOf(evaluation: EvaluationReport | undefined): number | undefined {
  const [output] = evaluation?.outputs ?? [];
  return output?.kl?.value ?? (output?.relativeL2 == null ? undefined : output.relativeL2 ** 2);
}

/** The same. Throws UNSUPPORTED where the outputs could not be compared. */
export function requireDistance(evaluation: EvaluationReport | undefined): number {
  const distance = distanceOf(evaluation);
  if (distance === undefined) throw new FeatherweightError('UNSUPPORTED', 'The outputs could not be compared.');
  return distance;
}

/** Whether the items are too few for an interval of the metric, whatever the candidate. */
export function hasTooFew({ metrics }: EvaluationReport, name: string | undefined): boolean {
  const metric = metricNamed(metrics, name);
  return metric?.interval === null && metric.units < fewestUnits;
}

/**
 * How much worse the metric became, relative to the original: the end of its interval that is worse; where too few items score
 * otherwise for one, what they come to, since nothing else speaks against the candidate.
 */
export function worstDrop({ metrics }: EvaluationReport, name: string | undefined): number {
  const metric = metricNamed(metrics, name);
  const { original, interval, delta, changed = Infinity } = metric ?? {};
  const found = interval ?? (delta != null && changed < fewestChanged ? { low: delta, high: delta } : undefined);
  if (!metric || !found || !original) return Infinity;
  const worse = metricTraits[metric.metric].better === 'higher' ? -found.low : found.high;
  return worse / Math.abs(original);
}

function metricNamed(metrics: EvaluationReport['metrics'], name: string | undefined): JudgedMetric | undefined {
  return metrics.find((one) => name === undefined || one.metric === name);
}
