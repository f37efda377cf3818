import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FeatherweightError, UsageError } from '../../engine/errors.ts';
import { ownFolder } from '../../engine/io/own-folder.ts';
import type { JobEvent } from '../../engine/pipeline/job/events.ts';
import { runJob, type Reporter } from '../../engine/pipeline/job/job.ts';
import type { EvaluationContext } from '../evaluate.ts';
import type { Progress } from './bench.ts';
import { fit } from './fit.ts';
import { learnedInputs } from './calibrate/learned-inputs.ts';
import { distanceOf, judgeArchive } from './judge.ts';
import type { AblationReport, AblationRow, CandidateEvent, FitReport, Tried } from './report.ts';
import { fitParts, type FitPart, type FitRequest } from './request.ts';
import { writeSingle } from './allocate/single.ts';

type Work = Reporter<AblationReport, CandidateEvent>;

/** Parts that a fit does without unless they are asked for, and how that is done. */
const usuallyWithout: Readonly<Partial<Record<FitPart, Partial<FitRequest>>>> = {
  rate: { priced: true },
  trellis: { trellis: true },
  codebooks: { codebooks: true },
  pruning: { pruning: { share: 0.3 } },
  sequence: { inSequence: true },
};

/**
 * Fits a model, then again without each part, or with such as were not asked for, and tells at which size that is as good: what each
 * part is worth, also where it gains nothing. Goodness is the distance of the outputs from the original's on items that were not
 * learned from. The best single method of the catalog is treated like a part.
 */
export function ablate(
  request: FitRequest,
  context: EvaluationContext,
  parts: readonly FitPart[] = fitParts,
): AsyncGenerator<JobEvent<AblationReport> | CandidateEvent, void, undefined> {
  return runJob<AblationReport, CandidateEvent>(context.signal, (reporter, signal) =>
    run(request, parts, { ...context, signal }, reporter),
  );
}

async function run(
  request: FitRequest,
  parts: readonly FitPart[],
  context: EvaluationContext & { readonly signal: AbortSignal },
  reporter: Work,
): Promise<AblationReport> {
  const start = performance.now();
  if (request.task === undefined) throw new UsageError('What parts are worth is told only with a task.');
  if ('drop' in request.target) throw new UsageError('What parts are worth is told at a size, not at a drop.');
  await using owner = new AsyncDisposableStack();
  const folder = await ownFolder(tmpdir(), 'featherweight-ablate', owner);
  const whole = await fitOnce(request, context, reporter);
  const goal = distanceOf(whole.evaluation);
  const rows: AblationRow[] = [];
  for (const part of parts) {
    const added = isAsked(part, request) ? undefined : usuallyWithout[part];
    const at = (bytes: number): Promise<Tried> => {
      const asked = { ...request, output: join(folder, 'part.fwz'), overwrite: true, target: { bytes } };
      const changed = added ?? { without: part };
      return fitOnce({ ...asked, ...changed, single: false }, context, reporter).then(triedBy);
    };
    const first = await at(whole.bytesOut);
    const second = await at(first.bytes + bytesBetween(first.distance, goal, whole.weights));
    rows.push(rowOf({ part, change: added ? 'with' : 'without' }, [first, second], goal, whole));
  }
  if (whole.single) {
    const { bytes, distance } = whole.single;
    const wanted = bytes + bytesBetween(distance, goal, whole.weights);
    const second = await tryAlone(whole.methods, wanted, request, join(folder, 'single.fwz'), context, reporter);
    const change = { part: 'everything', change: 'without' } as const;
    if (second) rows.push(rowOf(change, [{ bytes, distance }, second], goal, whole));
  }
  return {
    command: 'ablation',
    ...{ input: request.input, output: whole.output, bytesIn: whole.bytesIn, bytesOut: whole.bytesOut },
    ...{ distance: goal, rows, fit: whole, seconds: (performance.now() - start) / 1000 },
  };
}

/** Whether a fit has a part that it has only where it is asked for. */
function isAsked(part: FitPart, request: FitRequest): boolean {
  const asking = usuallyWithout[part];
  return asking === undefined || Object.keys(asking).some((name) => Boolean(request[name as keyof FitRequest]));
}

function rowOf(
  change: Pick<AblationRow, 'part' | 'change'>,
  tried: readonly [Tried, Tried],
  goal: number,
  { weights }: Pick<FitReport, 'weights'>,
): AblationRow {
  return { ...change, tried, bytes: sizeAt(goal, tried, weights) };
}

async function fitOnce(request: FitRequest, context: EvaluationContext, reporter: Work): Promise<FitReport> {
  for await (const event of fit(request, context)) {
    if (event.type === 'finished') return event.report;
    if (event.type === 'progress') reporter.progress(event.phase, event.bytesDone, event.bytesTotal, event.bytesOut);
    else reporter.emit(event);
  }
  throw new FeatherweightError('INTERNAL', 'A fit ended without a report.');
}

/** The best single method at a size, and how far its outputs are. */
async function tryAlone(
  methods: FitReport['methods'],
  wanted: number,
  request: FitRequest,
  output: string,
  context: EvaluationContext,
  reporter: Work,
): Promise<Tried | undefined> {
  const single = await writeSingle(methods, wanted, output, request, context);
  const progress: Progress = (phase, done, total) => reporter.progress(phase, done, total, 0);
  const evaluation =
    single && (await judgeArchive(output, (await learnedInputs(request)).rest, request, context, progress));
  return single && { bytes: single.bytes, distance: distanceOf(evaluation) };
}

function triedBy({ bytesOut, evaluation }: FitReport): Tried {
  return { bytes: bytesOut, distance: distanceOf(evaluation) };
}

/** A bit more for each weight makes a quarter of the distance. */
function bytesBetween(distance: number, goal: number, weights: number): number {
  return ((Math.log2(distance / goal) / 2) * weights) / 8;
}

/** Farther from the goal than this factor the rule of {@link bytesBetween} says too little. */
const nearFactor = 2;

/**
 * The size at which the distance is the goal, as a power between two that were tried. Where luck of rounding made the larger one
 * no nearer, by the rule from the one that is nearest to the goal; nothing where that is far from it.
 */
export function sizeAt(goal: number, tried: readonly [Tried, Tried], weights: number): number | null {
  const [small, large] = tried[0].bytes <= tried[1].bytes ? tried : [tried[1], tried[0]];
  const slope = (Math.log(large.distance) - Math.log(small.distance)) / (large.bytes - small.bytes);
  if (slope < 0) return Math.round(small.bytes + (Math.log(goal) - Math.log(small.distance)) / slope);
  const far = ({ distance }: Tried): number => Math.abs(Math.log(distance / goal));
  const nearest = far(large) < far(small) ? large : small;
  if (far(nearest) > Math.log(nearFactor)) return null;
  return Math.round(nearest.bytes + bytesBetween(nearest.distance, goal, weights));
}
