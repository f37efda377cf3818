import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { HostError } from '../../contract/errors.ts';
import { methodWords } from '../../contract/fit-words.ts';
import {
  candidate as candidateShape,
  fitCalls,
  type Candidate,
  type FitJob,
  type FitRequest,
  type FitTrial,
  type FitWays,
  type MeasuredArchive,
} from '../../contract/fits.ts';
import type { Settings } from '../../contract/settings.ts';
import type { JobEvent } from '../../engine/index.ts';
import {
  ablate,
  fit,
  type AblationReport,
  type FitReport,
  type FitTarget,
  type JudgedMetric,
  type SpawnEvaluation,
  type TrialEvent,
} from '../../evaluation/index.ts';
import type { Access } from '../files/access.ts';
import type { SpawnWorker } from '../engine.ts';
import { atRest, discardWaiting, frontPath, waitingFit } from '../fits/leftovers.ts';
import type { History } from '../history.ts';
import { createWorkQueue, isWaitingToGoOn, type WorkEvent } from '../work-queue.ts';
import { withCheckedPaths } from './checked-paths.ts';
import type { Handlers } from './handlers.ts';

interface FitOptions {
  readonly spawnWorker: SpawnWorker;
  readonly spawnEvaluation: SpawnEvaluation | undefined;
  readonly access: Access;
  readonly history: History;
  readonly settings: () => Settings;
  /** Where what was learned stays, and where models of a front are written before they are thrown away. */
  readonly dataFolder: string;
  readonly workFolder: string;
  readonly changed: (job: FitJob) => void;
}

type Tried = FitReport['candidates'][number] & { readonly metrics?: readonly JudgedMetric[] };
type FitEvent =
  JobEvent<FitReport | AblationReport> | { readonly type: 'candidate'; readonly candidate: Tried } | TrialEvent;

const tensorsShape = fitCalls['fits.tensors'].output.shape.tensors;

/**
 * Looks for the best model of a size, one request after another, and remembers every candidate. A fit that the end of the program
 * interrupted waits for a person at the next start; it is answered for only once it is kept, so that no kill after that forgets it.
 */
export async function fitHandlers(options: FitOptions): Promise<{
  readonly handlers: Handlers<keyof typeof fitCalls>;
  close(): Promise<void>;
}> {
  const { access, history, changed, workFolder } = options;
  const earlier = (await history.loadFits()).flatMap((stored) => waitingFit(stored) ?? []);
  const queue = createWorkQueue<FitRequest, FitJob, FitReport | AblationReport>({
    doing: 'fitting',
    nameOf: ({ input }) => basename(input),
    start: (job, signal) => runFits(options, job, signal),
    changed,
    finished: (report) => ({ receipt: toReceipt(report) }),
    kept: { earlier, save: history.saveFits, atRest },
  });
  const waitingOne = (id: string) => queue.list().find((job) => job.id === id && isWaitingToGoOn(job));
  return {
    handlers: {
      'fits.start': async (request) => {
        const job = queue.add(await withCheckedPaths(request, access));
        await history.written();
        return job;
      },
      'fits.cancel': async ({ id }) => {
        const waiting = waitingOne(id);
        if (waiting) await discardWaiting(waiting, workFolder);
        return { cancelled: queue.cancel(id) };
      },
      'fits.pause': ({ id }) => ({ paused: queue.pause(id) }),
      'fits.resume': async ({ id }) => {
        const waiting = waitingOne(id);
        // What may be read and is there may have changed since it was asked for.
        if (waiting) await withCheckedPaths(waiting.request, access);
        return { resumed: queue.resume(id) };
      },
      'fits.running': () => [...queue.list()],
      'fits.candidates': async ({ path }) => {
        const rows = await history.candidates(await access.check(path));
        return rows.flatMap((row) => {
          const { success, data } = candidateShape.safeParse(row);
          return success ? [data] : [];
        });
      },
      'fits.tensors': async ({ fit: asked, number }) => {
        const { success, data } = tensorsShape.safeParse(await history.candidateTensors(asked, number));
        if (!success) throw new HostError({ code: 'NOT_FOUND', message: 'There is no such candidate any more.' });
        return { tensors: data };
      },
    },
    close: queue.close,
  };
}

/** One fit, or one for each size of a front, whose models are measured and thrown away. */
async function* runFits(
  options: FitOptions,
  { id, request, front }: FitJob,
  signal: AbortSignal,
): AsyncGenerator<WorkEvent<FitReport | AblationReport, FitJob>> {
  const { spawnWorker, spawnEvaluation, dataFolder, workFolder, settings } = options;
  if (spawnEvaluation === undefined)
    throw new HostError({ code: 'UNSUPPORTED', message: 'This program cannot run models.' });
  const { target, input, task, calibrate, pruning, codebooks, trellis, overwrite } = request;
  if (request.ablate && ('front' in target || 'drop' in target || task === undefined))
    throw new HostError({ code: 'USAGE', message: 'What parts are worth is told at one size, with a task.' });
  const { memoryBytes, threads } = settings();
  let { sizes: measuredSizes, candidates: before } = front ?? { sizes: 0, candidates: 0 };
  const seen = new Set(Array.from({ length: before }, (_, place) => place + 1));
  const cacheFolder = join(dataFolder, 'calibration');
  // Points of a front are to come soon; the one that is made from them is no worse.
  const inSequence = 'front' in target ? (request.inSequence ?? false) : request.inSequence;
  const learned = { input, task, calibrate, inSequence, pruning, codebooks, trellis, cacheFolder };
  const ways = waysOf(request);
  const common = { ...learned, memoryBytes, ...(threads === 'auto' ? {} : { threads }) };
  const keep = async (tried: Tried, damages: ReadonlyMap<string, number | null> = new Map()): Promise<void> => {
    seen.add(tried.number);
    await options.history.saveCandidate({
      ...{ fit: id, number: tried.number, input, tried: Date.now(), bytes: tried.bytes },
      candidate: { ...toCandidate(id, tried), ways },
      tensors: tried.tensors.map((tensor) => {
        const damage = damages.get(tensor.name);
        return { ...tensor, ...(typeof damage === 'number' && { damage }) };
      }),
    });
  };
  const passes = 'front' in target ? target.front.map((share): FitTarget => ({ share })) : [target];
  for (const pass of passes.slice(measuredSizes)) {
    const isFront = passes.length > 1;
    const thrownAway = frontPath(workFolder, id);
    if (isFront) await mkdir(workFolder, { recursive: true });
    const place = isFront ? { output: thrownAway, overwrite: true } : { output: request.output, overwrite };
    const asked = { ...common, ...place, target: pass, single: isFront ? 'none' : 'rival' } as const;
    const context = { spawnWorker, spawnEvaluation, signal };
    const events: AsyncIterable<FitEvent> = request.ablate ? ablate(asked, context) : fit(asked, context);
    try {
      for await (const event of events) {
        if (event.type === 'progress') yield event;
        if (event.type === 'trial') yield { type: 'state', change: { trial: toTrial(event) } };
        if (event.type === 'candidate') {
          await keep({ ...event.candidate, number: event.candidate.number + before });
          yield { type: 'state', change: { candidates: seen.size } };
        }
        if (event.type !== 'finished') continue;
        const { report } = event;
        const { sensitivities, candidates } = fitOf(report);
        const damages = new Map(sensitivities.map(({ name, damage }) => [name, damage]));
        for (const tried of candidates) await keep({ ...tried, number: tried.number + before }, damages);
        before = seen.size;
        measuredSizes += 1;
        const isLast = measuredSizes === passes.length;
        const measured = isLast ? {} : { front: { sizes: measuredSizes, candidates: before } };
        yield { type: 'state', change: { candidates: seen.size, ...measured } };
        if (isLast) yield { type: 'finished', report };
      }
    } finally {
      if (isFront) await rm(thrownAway, { force: true });
    }
  }
}

/** What another fit has to be asked for to come to the same candidates. */
function waysOf({ input: _, target: __, ablate: ___, output: ____, overwrite: _____, ...ways }: FitRequest): FitWays {
  return ways;
}

function toCandidate(fitId: string, { number, bytes, predictedDamage, tensors, metrics }: Tried): Candidate {
  const count = tensors.reduce((sum, tensor) => sum + tensor.count, 0);
  const bits = tensors.reduce((sum, tensor) => sum + tensor.count * tensor.bits, 0);
  return {
    ...{ fit: fitId, number, bytes, predictedDamage, bitsPerWeight: bits / Math.max(1, count) },
    ...(metrics && { metrics: toMetrics(metrics) }),
  };
}

function toMeasured({ bytes, metrics, distance }: NonNullable<FitReport['fitted']>): MeasuredArchive {
  return { bytes, metrics: toMetrics(metrics), ...(distance !== undefined && { distance }) };
}

function toMetrics(metrics: readonly JudgedMetric[]): z.infer<typeof candidateShape>['metrics'] & {} {
  return metrics.map((metric) => ({ ...metric, interval: metric.interval && { ...metric.interval } }));
}

/** The fit itself, of those of an ablation. */
function fitOf(report: FitReport | AblationReport): FitReport {
  return report.command === 'ablation' ? report.fit : report;
}

function toTrial({ part, change, number, left, secondsLeft }: TrialEvent): FitTrial {
  return { part, change, number, left, ...(secondsLeft !== undefined && { secondsLeft }) };
}

function toReceipt(report: FitReport | AblationReport): NonNullable<FitJob['receipt']> {
  const { output, bytesIn, bytesOut, sha256, calibration, evaluation, distance, inSequence } = fitOf(report);
  const { single, fitted, otherOrder } = fitOf(report);
  const { inputs: learnedFrom, items, layers, matrices } = calibration;
  return {
    ...{ output, bytesIn, bytesOut, sha256, learnedFrom, items, layers, matrices },
    seconds: report.seconds,
    metrics: toMetrics(evaluation?.metrics ?? []),
    ...(distance !== undefined && { distance }),
    ...(single && { single: { method: methodWords(single.by), ...toMeasured(single) } }),
    ...(fitted && { fitted: toMeasured(fitted) }),
    ...{ inSequence, ...(otherOrder && { otherOrder: toMeasured(otherOrder) }) },
    ...(report.command === 'ablation' && {
      parts: report.rows.map(({ part, change, bytes, interval }) => ({ part, change, bytes, interval })),
    }),
  };
}
