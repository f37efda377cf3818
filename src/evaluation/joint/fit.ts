import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { DifferentError, UsageError } from '../../engine/errors.ts';
import { descriptorSource, writeFully } from '../../engine/io/descriptor.ts';
import { FileSource } from '../../engine/io/file-source.ts';
import type { OutputFile } from '../../engine/io/output-file.ts';
import { digestOf } from '../../engine/io/file-digest.ts';
import { runJob, type Reporter } from '../../engine/pipeline/job/job.ts';
import { floatWidth } from '../../engine/tensor/floats.ts';
import type { EvaluationContext } from '../evaluate.ts';
import type { EvaluationReport } from '../report.ts';
import { Attempts, sizeInCodes, type Attempt } from './allocate/attempts.ts';
import { openBench, type Bench, type Progress } from './bench.ts';
import { halvesOf, hasTooFew, judgeArchive, worstDrop } from './judge.ts';
import { refuseLossless } from './lossless.ts';
import { openOutput } from './output.ts';
import { weighMatrices } from './weigh/probe.ts';
import type { CandidateEvent, FitEvent, FitReport } from './report.ts';
import type { FitRequest } from './request.ts';
import { bySingleMethod, distanceIn, inBothOrders, isTaken, measuredAs, type Rival } from './rivals.ts';
import { methodTotals } from './allocate/single.ts';

/** How often a search for the smallest halves what is left, between shares of the model's size in single precision. */
const searchRounds = 5;
const [leastShare, mostShare] = [0.03, 0.3];
/** Sizes on the way are met to within this share. */
const searchTolerance = 0.04;

/**
 * Makes a model as good as it can be in a given size: what inputs have in common is learned from a task, what each tensor's
 * rounding does to the outputs is measured, bits go where they matter, and the errors of rounding are fed back. Every
 * candidate is written, proved and told as an event. Originals are only read.
 */
export function fit(request: FitRequest, context: EvaluationContext): AsyncGenerator<FitEvent, void, undefined> {
  return runJob<FitReport, CandidateEvent>(context.signal, (reporter, signal) =>
    run(request, { ...context, signal }, reporter),
  );
}

type Judge = (archive: string, places: readonly number[]) => Promise<EvaluationReport | undefined>;

async function run(
  request: FitRequest,
  context: EvaluationContext & { readonly signal: AbortSignal },
  reporter: Reporter<FitReport, CandidateEvent>,
): Promise<FitReport> {
  const start = performance.now();
  const progress: Progress = (phase, done, total) => reporter.progress(phase, done, total, 0);
  await using target = await openOutput(request, context.signal);
  await using bench = await openBench(request, context, {
    started: ({ name, bytes }) => reporter.emit({ type: 'started', command: 'fit', name, bytesTotal: bytes }),
    progress,
  });
  const { model, calibration, inputs, rest, task } = bench;
  const halves = 'drop' in request.target ? halvesOf(bench) : undefined;
  if ('bytes' in request.target || 'share' in request.target)
    await refuseLossless(bench, bytesAsked(request.target, model.bytes), request, context);
  const weighed = await weighMatrices(bench, request);
  const attempts = await Attempts.prepare(bench, weighed, { request, context, reporter });
  const judge: Judge = (archive, places) =>
    task ? judgeArchive(archive, places, request, context, progress) : Promise.resolve(undefined);

  const isMeasured = request.evaluate !== false && rest.length > 0;
  const judgeAll = async (path: string): Promise<EvaluationReport | undefined> =>
    isMeasured ? await judge(path, halves?.[1] ?? rest) : undefined;
  const measure = async (attempt: Attempt, path: string): Promise<Rival> => {
    const evaluation = await judgeAll(path);
    if (evaluation) await attempts.measured(attempt, evaluation);
    return { report: attempt.report, path, evaluation };
  };
  const found = join(bench.folder, 'found.fwz');
  const attempt = await reachTarget(request, { bench, attempts, judge, found, chooseOn: halves?.[0] });
  const asked = await measure(attempt, found);
  const { fitted, inSequence, other } = await inBothOrders(asked, request, { bench, attempts, measure });
  const methods = methodTotals(weighed);
  const alone =
    fitted.evaluation && (await bySingleMethod(methods, fitted, request, { bench, context, judge: judgeAll }));
  const isBeaten = alone !== undefined && isTaken(alone, fitted, request);
  const result = isBeaten ? alone : fitted;
  await copyInto(target, result.path, context.signal);
  await target.commit();
  await attempts.forget();
  const { sha256, tensors, bytesOut } = result.report;
  return {
    command: 'fit',
    ...{ input: request.input, output: target.path, bytesIn: model.bytes, bytesOut, sha256, tensors },
    ...{ candidates: attempts.candidates, weights: attempts.weights, proof: 'approximation' },
    calibration: {
      ...{ inputs: calibration.inputs, items: inputs.items, places: inputs.places ?? [] },
      ...{
        layers: calibration.layers.length,
        matrices: weighed.reduce((sum, { tensor }) => sum + 1 + (tensor.twins?.length ?? 0), 0),
      },
    },
    sensitivities: weighed.map(({ tensor: { name }, damage }) => ({ name, damage: damage ?? null })),
    chosenOn: halves?.[0].length ?? 0,
    methods,
    ...(result.evaluation && { evaluation: result.evaluation, ...distanceIn(result.evaluation) }),
    ...(alone?.evaluation && { single: { by: alone.by, ...measuredAs(alone, alone.evaluation) } }),
    ...(isBeaten && fitted.evaluation && { fitted: measuredAs(fitted, fitted.evaluation) }),
    inSequence,
    ...(other?.evaluation && { otherOrder: measuredAs(other, other.evaluation) }),
    seconds: (performance.now() - start) / 1000,
  };
}

interface Reach {
  readonly bench: Bench;
  readonly attempts: Attempts;
  readonly judge: Judge;
  readonly found: string;
  readonly chooseOn: readonly number[] | undefined;
}

/** How many bytes a model of so many is to take. */
function bytesAsked(target: { readonly bytes: number } | { readonly share: number }, modelBytes: number): number {
  return 'bytes' in target ? target.bytes : target.share * modelBytes;
}

/** Writes what was asked for to `found`. */
async function reachTarget({ target }: FitRequest, reach: Reach): Promise<Attempt> {
  const { bench, attempts, found } = reach;
  if ('drop' in target) return await search(target.drop, target.metric, reach);
  if (!('bits' in target)) return await attempts.reach(bytesAsked(target, bench.model.bytes), found);
  const bytes = (target.bits * attempts.weights) / 8;
  const { report, candidate } = await attempts.write(bytes, 1, join(bench.folder, 'trial.fwz'), false);
  return await attempts.reach(bytes + (report.bytesOut - sizeInCodes(candidate)), found);
}

/** The smallest archive whose metric, on the items to choose by, keeps within the drop with its whole interval. */
async function search(drop: number, metric: string | undefined, reach: Reach): Promise<Attempt> {
  const { bench, attempts, judge, found, chooseOn } = reach;
  const [bytes, whole] = [bench.model.bytes, bytesInSingle(bench)];
  let [low, high] = [leastShare * whole, mostShare * whole];
  let best: Attempt | undefined;
  for (let round = 0; round < searchRounds; round++) {
    const size = Math.min(bytes, Math.sqrt(low * high));
    const trial = join(bench.folder, 'searched.fwz');
    const attempt = await attempts.reach(size, trial, searchTolerance);
    const seen = chooseOn && (await judge(trial, chooseOn));
    if (seen) await attempts.measured(attempt, seen);
    if (seen && hasTooFew(seen, metric))
      throw new UsageError(
        `What ${seen.items} ${seen.unit} show is too little for an interval of the metric, so no drop can be kept; a task with more of them can.`,
        { items: seen.items },
      );
    if (seen && worstDrop(seen, metric) <= drop) {
      await rename(trial, found);
      [best, high] = [attempt, size];
    } else low = size;
  }
  if (!best) throw new UsageError(`No candidate kept the drop within ${drop * 100} %.`);
  return best;
}

/** What a model would take whose matrices were in single precision. */
function bytesInSingle({ model, matrices }: Bench): number {
  return matrices.reduce(
    (sum, { count, dtype, twins = [] }) => sum + (4 - floatWidth(dtype)) * count * (1 + twins.length),
    model.bytes,
  );
}

/** Copies what was proved where it lies; the copy is read back, so that what gets the name is proved as well. */
async function copyInto(target: OutputFile, path: string, signal: AbortSignal): Promise<void> {
  await using archive = await FileSource.open(path);
  const chunk = new Uint8Array(2 ** 20);
  for (let at = 0; at < archive.size; at += chunk.length) {
    const part = chunk.subarray(0, Math.min(chunk.length, archive.size - at));
    await archive.read(at, part);
    writeFully(target.descriptor, part, at);
  }
  const copy = descriptorSource(target.descriptor, archive.size, target.path);
  if ((await digestOf(copy, signal)) !== (await digestOf(archive, signal)))
    throw new DifferentError(`"${target.path}" does not hold what was written to it. It was not given its name.`, {
      path: target.path,
    });
}
