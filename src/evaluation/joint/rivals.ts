import { join } from 'node:path';
import type { CompressReport } from '../../engine/pipeline/job/events.ts';
import type { EvaluationContext } from '../evaluate.ts';
import type { EvaluationReport } from '../report.ts';
import type { Attempt, Attempts } from './allocate/attempts.ts';
import { writeSingle, type MethodTotal, type SingleArchive } from './allocate/single.ts';
import type { Bench } from './bench.ts';
import { distanceOf } from './judge.ts';
import type { Measured } from './report.ts';
import { asksForSequence, type FitRequest } from './request.ts';

/** The single method is asked for at this share of what the fit takes, so that it is no larger when that is met as nearly as it is tried to. */
const singleShare = 0.998;
/** Weights of matrices up to which layers are rounded in sequence without being asked to: looking at each again takes too long for more. */
const mostInSequence = 32e6;

/** An archive that may become the result, and how good it is on the items that are reported on. */
export interface Rival {
  readonly report: CompressReport;
  readonly path: string;
  readonly evaluation: EvaluationReport | undefined;
}

/** What was fitted, and what came of the other order of rounding, which is no nearer to the original. */
interface Ordered {
  readonly fitted: Rival;
  readonly inSequence: boolean;
  readonly other?: Rival;
}

interface Fitting {
  readonly bench: Bench;
  readonly attempts: Attempts;
  readonly measure: (attempt: Attempt, path: string) => Promise<Rival>;
}

/** Rounds layers in sequence as well, unless the request says how, or it cannot be told which is nearer, or it would take too long. */
export async function inBothOrders(
  asked: Rival,
  request: FitRequest,
  { bench, attempts, measure }: Fitting,
): Promise<Ordered> {
  const only = { fitted: asked, inSequence: asksForSequence(request) };
  const { inSequence, without, target } = request;
  const isOpen = inSequence === undefined && without !== 'sequence' && !('drop' in target);
  if (!isOpen || asked.evaluation === undefined || attempts.weights > mostInSequence) return only;
  const path = join(bench.folder, 'in-sequence.fwz');
  const attempt = await attempts.reachInSequence(path);
  if (!attempt || attempt.report.sha256 === asked.report.sha256) return only;
  const other = await measure(attempt, path);
  return isNearer(other, asked)
    ? { fitted: other, inSequence: true, other: asked }
    : { fitted: asked, inSequence: false, other };
}

interface Judging {
  readonly bench: Bench;
  readonly context: EvaluationContext;
  readonly judge: (path: string) => Promise<EvaluationReport | undefined>;
}

/** The best single method of the catalog at the size of what was fitted; nothing where it was not asked for, or none comes to that. */
export async function bySingleMethod(
  methods: readonly MethodTotal[],
  { report }: Rival,
  request: FitRequest,
  { bench, context, judge }: Judging,
): Promise<(Rival & Pick<SingleArchive, 'by'>) | undefined> {
  if (request.single === 'none') return undefined;
  const path = join(bench.folder, 'single.fwz');
  const opened = { ...request, input: bench.model.opened };
  const alone = await writeSingle(methods, singleShare * report.bytesOut, path, opened, context);
  return alone && { ...alone, path, evaluation: await judge(path) };
}

/** Whether the single method is the result: not where what was fitted has a form that was asked for, or keeps a drop. */
export function isTaken(alone: Rival, fitted: Rival, { single = 'rival', pruning, target }: FitRequest): boolean {
  const isOpen = single === 'rival' && pruning === undefined && !('drop' in target);
  return isOpen && alone.report.bytesOut <= fitted.report.bytesOut && isNearer(alone, fitted);
}

function isNearer(one: Rival, other: Rival): boolean {
  return (distanceOf(one.evaluation) ?? Infinity) < (distanceOf(other.evaluation) ?? 0);
}

/** What is told of an archive that was measured. */
export function measuredAs({ report }: Rival, evaluation: EvaluationReport): Measured {
  return { bytes: report.bytesOut, metrics: evaluation.metrics, ...distanceIn(evaluation) };
}

/** The distance of the outputs, where they could be compared. */
export function distanceIn(evaluation: EvaluationReport): { readonly distance?: number } {
  const distance = distanceOf(evaluation);
  return distance === undefined ? {} : { distance };
}
