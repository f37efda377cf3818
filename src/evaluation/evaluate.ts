import { createHash } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fromErrorData, toErrorData, UsageError } from '../engine/errors.ts';
import { ownFolder } from '../engine/io/own-folder.ts';
import type { JobEvent, Phase } from '../engine/pipeline/job/events.ts';
import { runJob, type Reporter } from '../engine/pipeline/job/job.ts';
import type { EngineContext } from '../engine/pipeline/job/requests.ts';
import { machineFacts, peakRssBytes } from '../engine/pipeline/job/resources.ts';
import type { Measurement } from './inference/measure.ts';
import { graphsOf } from './models/graphs.ts';
import { placeFor, prepareModel, type PreparedModel } from './models/prepare.ts';
import { commandWords, ownEvaluation } from './own-evaluator.ts';
import { spawnAhead } from './process/ahead.ts';
import type { SpawnEvaluation } from './process/protocol.ts';
import { runTask } from './process/run.ts';
import type { EvaluateRequest, EvaluationReport, JudgedMetric, ModelReport } from './report.ts';
import { openTask } from './task/read.ts';
import { verdictOf } from './verdict.ts';

/** What an evaluation is handed by its shell. */
export interface EvaluationContext extends EngineContext {
  readonly spawnEvaluation: SpawnEvaluation;
  /** Keeps what originals answered, so that the next candidate costs only its own runs. */
  readonly answers?: AnswerStore;
}

/** Answers by a key; what is kept under one may be gone or old, and is checked against what is asked. */
export interface AnswerStore {
  load(key: string): Promise<Uint8Array | undefined>;
  save(key: string, content: Uint8Array): Promise<void>;
}

/** Layers are compared on the first items, and of clips on their beginning. */
const [layerItems, layerFrames] = [4, 32];
const evaluatorSeconds = 3600;

/**
 * Measures how far a model is from another, and how good both are at a task. Yields events as the engine's jobs do; a model
 * that cannot run is no failure but a fact of the report, beside the error of its weights.
 */
export function evaluate(
  request: EvaluateRequest,
  context: EvaluationContext,
): AsyncGenerator<JobEvent<EvaluationReport>, void, undefined> {
  return runJob(context.signal, (reporter, signal) => run(request, context, reporter, signal));
}

async function run(
  request: EvaluateRequest,
  context: EvaluationContext,
  reporter: Reporter<EvaluationReport>,
  signal: AbortSignal,
): Promise<EvaluationReport> {
  const start = performance.now();
  const { seed = 1, threads = availableParallelism(), limit, evaluator } = request;
  if (request.task === undefined && request.original === undefined && evaluator === undefined)
    throw new UsageError(
      'Without a task there is nothing to evaluate; name a task file, or an original to compare with.',
    );
  const words = evaluator === undefined ? undefined : commandWords(evaluator);
  using processes = spawnAhead(context.spawnEvaluation);
  const task = request.task === undefined ? undefined : await openTask(request.task, request.dataFolder);
  await using owner = new AsyncDisposableStack();
  const folder = await ownFolder(tmpdir(), 'featherweight-evaluate', owner);
  const ended = new AbortController();
  const prepared: PreparedModel[] = [];
  // No file is removed while it is hashed.
  owner.defer(async () => {
    ended.abort();
    await Promise.allSettled(prepared.map(({ sha256 }) => sha256));
  });
  const engine = { spawnWorker: context.spawnWorker, signal: AbortSignal.any([signal, ended.signal]) };
  const bases = [...(request.bases ?? []), ...(await foldersOf(request.original))];
  const prepare = async (path: string, role: 'candidate' | 'original'): Promise<PreparedModel> => {
    const model = await prepareModel(path, placeFor(folder, role), engine, bases);
    prepared.push(model);
    return model;
  };
  reporter.emit({ type: 'started', command: request.command, name: basename(request.model), bytesTotal: 0 });
  const candidate = await prepare(request.model, 'candidate');
  const original = request.original === undefined ? undefined : await prepare(request.original, 'original');
  const notices: string[] = [];
  let peak = 0;
  const ask = async <Name extends 'measure' | 'weights' | 'layers'>(
    name: Name,
    asked: Parameters<typeof runTask<Name>>[2],
  ) => {
    const { result, peakRssBytes: own } = await runTask(processes.spawn, name, asked, {
      signal,
      onProgress: (phase, done, total) => reporter.progress(phase as Phase, done, total, 0),
    });
    peak = Math.max(peak, own);
    return result;
  };
  const tolerate = async <Result>(doing: string, work: () => Promise<Result>): Promise<Result | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted) throw error;
      notices.push(`${doing}: ${toErrorData(error).message}`);
      return undefined;
    }
  };

  const weights =
    original &&
    (await tolerate('The weights could not be compared', () =>
      ask('weights', { original: original.opened, candidate: candidate.opened }),
    ));
  const graphs = await graphsOf(original, candidate, join(folder, 'substituted'), notices);
  const faults = { original: graphs.originalFault, candidate: graphs.candidateFault };
  const key = original && answersKey(await original.sha256, task?.sha256, seed, threads);
  const answers =
    context.answers && key !== undefined
      ? { known: join(folder, 'answers'), kept: join(folder, 'new-answers') }
      : undefined;
  let measured: Measurement | undefined;
  if (
    (graphs.original ?? graphs.candidate) !== undefined &&
    (task !== undefined || original !== undefined) &&
    words === undefined
  ) {
    const asked = {
      ...(task && { task: { task: task.task, folder: task.folder } }),
      ...(limit !== undefined && { limit }),
      ...(request.places !== undefined && { places: request.places }),
      ...{ seed, threads },
      ...(graphs.original !== undefined && { original: graphs.original }),
      ...(graphs.candidate !== undefined && { candidate: graphs.candidate }),
      ...(answers && { answers }),
    };
    if (answers && key !== undefined) {
      const known = await context.answers?.load(key);
      if (known) await writeFile(answers.known, known);
    }
    measured = await ask('measure', asked).catch((error: unknown) => {
      // A task that does not fit, or a runtime that died, must not take the weights' error along.
      if (signal.aborted || weights === undefined) throw error;
      faults.candidate ??= toErrorData(error);
      return undefined;
    });
  }
  if (measured?.answers?.wereKept === true && answers && key !== undefined)
    await context.answers?.save(key, await readFile(answers.kept));
  const layers =
    request.layers === true && graphs.original !== undefined && graphs.candidate !== undefined
      ? await tolerate('The layers could not be compared', () =>
          ask('layers', {
            ...(task && { task: { task: task.task, folder: task.folder } }),
            ...{ original: graphs.original ?? '', candidate: graphs.candidate ?? '' },
            ...{ items: Math.min(layerItems, limit ?? layerItems), frames: layerFrames, seed, threads },
          }),
        )
      : undefined;
  const ownMetrics =
    words &&
    (await ownEvaluation(
      words,
      {
        candidate: candidate.onnx ?? candidate.opened,
        ...(original && { original: original.onnx ?? original.opened }),
      },
      { seed, seconds: request.evaluatorSeconds ?? evaluatorSeconds, signal },
    ));
  const candidateFault = measured?.candidateFault ?? faults.candidate;
  const originalFault = measured?.originalFault ?? faults.original;
  if (original === undefined && candidateFault !== undefined && words === undefined)
    throw fromErrorData(candidateFault);
  return {
    command: request.command,
    candidate: await modelReport(candidate, candidateFault, measured?.inferenceSeconds.candidate),
    ...(original && { original: await modelReport(original, originalFault, measured?.inferenceSeconds.original) }),
    ...(task && { task: { path: task.path, title: task.task.title, sha256: task.sha256 } }),
    inputs: measured === undefined || measured.items === 0 ? 'none' : measured.inputs,
    items: measured?.items ?? 0,
    unit: measured?.unit ?? task?.task.unit ?? 'items',
    seed,
    ...(measured?.noiseFloor && { noiseFloor: measured.noiseFloor }),
    metrics: measured === undefined ? [] : judged(measured),
    outputs: measured?.outputs ?? [],
    changed: measured?.changed ?? 0,
    examples: measured?.examples ?? [],
    ...(ownMetrics && { ownMetrics }),
    ...(layers && { layers }),
    ...(weights && { weights }),
    originalFromCache: measured?.answers?.wereKnown ?? false,
    seconds: (performance.now() - start) / 1000,
    peakRssBytes: Math.max(peak, peakRssBytes()),
    machine: machineFacts(),
    notices: [...notices, ...(measured?.notices ?? [])],
  };
}

/** Where the base of a candidate likely is: it may well be the original. */
async function foldersOf(original: string | undefined): Promise<readonly string[]> {
  if (original === undefined) return [];
  const path = resolve(original);
  return [(await stat(path).catch(() => undefined))?.isDirectory() ? path : dirname(path)];
}

/** Of all that the bits of an answer depend on; which items were asked is checked one by one. */
function answersKey(model: string, task: string | undefined, seed: number, threads: number): string {
  return createHash('sha256')
    .update(`2\n${model}\n${task ?? `pseudo ${seed}`}\n${threads} threads of ${machineFacts().cpu}`)
    .digest('hex');
}

function judged({ metrics, items, unit }: Measurement): readonly JudgedMetric[] {
  return metrics.map((metric) => ({ ...metric, verdict: verdictOf(metric, items, unit) }));
}

async function modelReport(
  { path, name, bytes, storedBytes, sha256 }: PreparedModel,
  fault: ModelReport['fault'],
  inferenceSeconds: number | undefined,
): Promise<ModelReport> {
  return {
    ...{ path, name, bytes, storedBytes, sha256: await sha256 },
    ...(fault && { fault }),
    ...(inferenceSeconds !== undefined && inferenceSeconds > 0 && { inferenceSeconds }),
  };
}
