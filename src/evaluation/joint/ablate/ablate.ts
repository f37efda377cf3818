import { tmpdir } from 'node:os';
import { FeatherweightError, UsageError } from '../../../engine/errors.ts';
import { ownFolder } from '../../../engine/io/own-folder.ts';
import { runJob, type Reporter } from '../../../engine/pipeline/job/job.ts';
import type { EvaluationContext } from '../../evaluate.ts';
import { requireDistance } from '../judge.ts';
import type { AblationEvent, AblationReport, AblationRow, CandidateEvent, FitReport, TrialEvent } from '../report.ts';
import { fitParts, type FitPart, type FitRequest } from '../request.ts';
import { equalSizes, isNear, slopeNear } from './equal-size.ts';
import { Trials, type Change, type Trial } from './trials.ts';

/** Parts that a fit does without unless they are asked for, or came out better, and how they are asked for. */
const usuallyWithout: Readonly<Partial<Record<FitPart, Partial<FitRequest>>>> = {
  rate: { priced: true },
  trellis: { trellis: true },
  codebooks: { codebooks: true },
  pruning: { pruning: { share: 0.3 } },
  sequence: { inSequence: true },
};

/** Fits of each change at most, and how far apart their sizes are at least, so that they tell what sizes do. */
const mostOfEach = 3;
const leastApart = 0.04;

/**
 * Fits a model, then again without each part, or with such as were not asked for, and tells at which size that is as good: what each
 * part is worth, also where it gains nothing, and how much of that may be luck. Goodness is the distance of the outputs from the
 * original's on items that were not learned from. The best single method of the catalog is treated like a part. Goes on where an
 * earlier run with the same request was stopped.
 */
export function ablate(
  request: FitRequest,
  context: EvaluationContext,
  parts: readonly FitPart[] = fitParts,
): AsyncGenerator<AblationEvent, void, undefined> {
  return runJob<AblationReport, CandidateEvent | TrialEvent>(context.signal, (reporter, signal) =>
    run(request, parts, { ...context, signal }, reporter),
  );
}

/** How many fits an ablation takes at most, the first one among them: that again at another size, each part, and the single method. */
export function mostFits(parts: readonly FitPart[] = fitParts): number {
  return 2 + mostOfEach * parts.length + (mostOfEach - 1);
}

async function run(
  request: FitRequest,
  parts: readonly FitPart[],
  context: EvaluationContext & { readonly signal: AbortSignal },
  reporter: Reporter<AblationReport, CandidateEvent | TrialEvent>,
): Promise<AblationReport> {
  const start = performance.now();
  if (request.task === undefined) throw new UsageError('What parts are worth is told only with a task.');
  if ('drop' in request.target) throw new UsageError('What parts are worth is told at a size, not at a drop.');
  await using owner = new AsyncDisposableStack();
  const folder = await ownFolder(tmpdir(), 'featherweight-ablate', owner);
  const trials = await Trials.open({ request, context, reporter, folder, most: mostFits(parts) });
  const report = await trials.whole();
  const { bytesOut: bytes, sha256, weights, single, inSequence } = report;
  const whole = { bytes, sha256, distance: requireDistance(report.evaluation) };
  const again = await trials.fit({ part: 'everything', change: 'with' }, {}, bytes * (1 + leastApart));
  const found: Found[] = [];
  for (const part of parts) {
    const added = isPart(part, { ...request, inSequence }) ? undefined : usuallyWithout[part];
    const change: Change = { part, change: added ? 'with' : 'without' };
    const at = (bytes?: number): Promise<Trial> => trials.fit(change, added ?? { without: part }, bytes);
    found.push(await tryChange(change, [], at, { whole, weights, trials }));
  }
  if (single?.distance !== undefined) {
    const { bytes, distance } = single;
    const at = (size = bytes): Promise<Trial> => trials.single(report.methods, size);
    const change: Change = { part: 'everything', change: 'without' };
    found.push(await tryChange(change, [{ bytes, distance, sha256: '' }], at, { whole, weights, trials }));
  }
  await trials.forget();
  return {
    command: 'ablation',
    ...{ input: request.input, output: report.output, bytesIn: report.bytesIn, bytesOut: bytes },
    ...{ distance: whole.distance, rows: rowsOf([whole, again], found, report), fit: report },
    seconds: (performance.now() - start) / 1000,
  };
}

/** What was tried of a change, and why no more. */
interface Found extends Change {
  readonly tried: readonly Trial[];
  readonly isSame: boolean;
  readonly fault?: string;
}

interface Compared {
  readonly whole: Trial;
  readonly weights: number;
  readonly trials: Trials;
}

/** Tries a change at what was asked for, then where it should be as good, and once more where that was far from it. */
async function tryChange(
  change: Change,
  known: readonly Trial[],
  at: (bytes?: number) => Promise<Trial>,
  { whole, weights, trials }: Compared,
): Promise<Found> {
  const tried = [...known];
  let [isSame, asked] = [false, known.length];
  const ask = async (bytes?: number): Promise<Trial> => {
    asked++;
    return await at(bytes);
  };
  try {
    if (tried.length === 0) tried.push(await ask());
    isSame = tried.some(({ bytes, sha256 }) => bytes === whole.bytes && sha256 === whole.sha256);
    while (!isSame && asked < mostOfEach) {
      if (tried.length > 1 && tried.some((one) => isNear(one, whole.distance))) break;
      const next = await ask(nextSize(tried, whole, weights));
      // There is nothing of that size.
      if (tried.some(({ bytes }) => bytes === next.bytes)) break;
      tried.push(next);
    }
  } catch (error) {
    const isOfChange = error instanceof FeatherweightError && ['USAGE', 'UNSUPPORTED'].includes(error.code);
    if (!isOfChange) throw error;
    return { ...change, tried, isSame: false, fault: error.message };
  } finally {
    trials.spare(mostOfEach - asked);
  }
  return { ...change, tried, isSame };
}

/** Where the goal should be: along the line through two that were tried, or as a bit more for each weight does. */
function nextSize(tried: readonly Trial[], { bytes, distance: goal }: Trial, weights: number): number {
  const sorted = tried.toSorted((one, other) => Math.abs(offOf(one, goal)) - Math.abs(offOf(other, goal)));
  const [nearest = { bytes, distance: goal }, other] = sorted;
  const off = offOf(nearest, goal);
  const found = other ? (offOf(other, goal) - off) / (other.bytes - nearest.bytes) : NaN;
  const move = -off / slopeNear(found, weights);
  const least = leastApart * bytes * (off < 0 ? -1 : 1);
  return Math.max(bytes / 4, nearest.bytes + (Math.abs(move) < Math.abs(least) ? least : move));
}

function offOf({ distance }: Pick<Trial, 'distance'>, goal: number): number {
  return Math.log(distance / goal);
}

function rowsOf(whole: readonly [Trial, Trial], found: readonly Found[], report: FitReport): readonly AblationRow[] {
  const sizes = equalSizes(
    whole,
    found.map(({ tried }) => tried),
    report.weights,
  );
  return found.map(({ part, change, tried, isSame, fault }, place) => {
    const { bytesOut: bytes } = report;
    const same = isSame ? { bytes, interval: { low: bytes, high: bytes } } : undefined;
    const { bytes: equal = null, interval = null } = same ?? sizes[place] ?? {};
    return {
      ...{ part, change, bytes: equal, interval },
      tried: tried.map(({ bytes, distance }) => ({ bytes, distance })),
      ...(fault !== undefined && { fault }),
    };
  });
}

/** Whether a fit has a part that not all of them have. */
function isPart(part: FitPart, request: FitRequest): boolean {
  const asking = usuallyWithout[part];
  return asking === undefined || Object.keys(asking).some((name) => Boolean(request[name as keyof FitRequest]));
}
