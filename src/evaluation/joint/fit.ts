import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile, appendFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { FeatherweightError, UsageError } from '../../engine/errors.ts';
import { isArchiveHead } from '../../engine/archive/frame.ts';
import { writeFully } from '../../engine/io/descriptor.ts';
import { FileSource } from '../../engine/io/file-source.ts';
import { OutputFile } from '../../engine/io/output-file.ts';
import { compress } from '../../engine/pipeline/compress.ts';
import type { CompressReport, JobEvent, Phase } from '../../engine/pipeline/events.ts';
import { openInputs } from '../../engine/pipeline/inputs.ts';
import { runJob, type Reporter } from '../../engine/pipeline/job.ts';
import { planResources } from '../../engine/pipeline/resources.ts';
import { archivePath } from '../../engine/pipeline/approximate/name.ts';
import { evaluate, type EvaluationContext } from '../evaluate.ts';
import { metricTraits } from '../metrics/catalog.ts';
import { prepareModel, withoutGraph } from '../models/prepare.ts';
import { runTask } from '../process/run.ts';
import type { Tasks } from '../process/protocol.ts';
import type { EvaluationReport } from '../report.ts';
import { openTask } from '../task/read.ts';
import { curveOf, fitSteps, meanError, rootMeanSquare, type Curve } from './allocate.ts';
import { findTensors, type FoundTensor } from './tensors.ts';
import type { JointInputs } from './inputs.ts';
import { readTensor } from './round.ts';
import type { Candidate, FitReport, FitRequest } from './request.ts';

/** Items that sensitivities are measured on, frames of each that are looked at, and items that are calibrated on. */
const sensitivityItems = 12;
const mostFrames = 1200;
const defaultItems = 32;
/** A size is met when the archive is at most this share below it. */
const tolerance = 0.01;
const mostRounds = 8;
/** The step that sensitivities are measured at, relative to the root mean square. */
const testStep = 0.5;

/**
 * Makes a model as good as it can be in a given size: what inputs have in common is learned from a task, what each tensor's
 * rounding does to the outputs is measured, bits go where they matter, and the errors of rounding are fed back. Every
 * candidate is written, proved and measured. Originals are only read.
 */
export function fit(
  request: FitRequest,
  context: EvaluationContext,
): AsyncGenerator<JobEvent<FitReport>, void, undefined> {
  return runJob(context.signal, (reporter, signal) => run(request, context, reporter, signal));
}

async function run(
  request: FitRequest,
  context: EvaluationContext,
  reporter: Reporter<FitReport>,
  signal: AbortSignal,
): Promise<FitReport> {
  const start = performance.now();
  const { seed = 1, threads = availableParallelism() } = request;
  const task = request.task === undefined ? undefined : await openTask(request.task, request.dataFolder);
  const folder = await mkdtemp(join(tmpdir(), 'featherweight-fit-'));
  try {
    const model = await prepareModel(request.input, folder, { ...context, signal });
    if (model.onnx === undefined) throw withoutGraph(model);
    reporter.emit({ type: 'started', command: 'fit', name: model.name, bytesTotal: model.bytes });
    const items = request.calibrate ?? defaultItems;
    const inputs: JointInputs = {
      ...(task && { task: { task: task.task, folder: task.folder } }),
      ...{ items, frames: mostFrames, seed, threads },
    };
    const key = createHash('sha256')
      .update(JSON.stringify([1, model.sha256, task?.sha256, task?.folder, items, seed]))
      .digest('hex');
    const cache = join(request.cacheFolder, key.slice(0, 32));
    await mkdir(cache, { recursive: true });
    const ask = async <Name extends 'calibrate' | 'sensitivity' | 'round'>(
      name: Name,
      asked: Tasks[Name]['request'],
    ): Promise<Tasks[Name]['result']> => {
      const onProgress = (phase: string, done: number, total: number): void =>
        reporter.progress(phase as Phase, done, total, 0);
      return (await runTask(context.spawnEvaluation, name, asked, { signal, onProgress })).result;
    };

    const calibration = await ask('calibrate', { ...inputs, model: model.onnx, folder: cache });
    await using opened = await openInputs(model.opened, planResources({}).headerBytes);
    const tensors = await findTensors(opened.files, calibration, signal);
    const matrices = tensors.filter(({ kind }) => kind === 'matrix');
    const vectors = tensors.filter(({ kind }) => kind === 'vector');
    if (matrices.length === 0)
      throw new FeatherweightError('UNSUPPORTED', `"${model.name}" has no float32 matrices that could be fitted.`);
    const copies: string[] = [];
    for (const { name, source } of opened.files) {
      const path = join(folder, 'copy', name);
      await mkdir(dirname(path), { recursive: true });
      await copyFile(source.name, path);
      copies.push(path);
    }
    const graph = copies[opened.files.findIndex(({ source }) => source.name === model.onnx)] ?? '';

    const curves: Curve[] = [];
    const vectorSteps: number[] = [];
    for (const tensor of matrices) curves.push(curveOf(await valuesOf(tensor)));
    for (const tensor of vectors) vectorSteps.push(fineStep(await valuesOf(tensor)));
    const tests = await Promise.all(
      matrices.map(async (tensor) => {
        const values = await valuesOf(tensor);
        const step = Math.fround(testStep * rootMeanSquare(values));
        return { step, error: meanError(values, step) };
      }),
    );
    const options = { feedback: request.without !== 'feedback', rate: request.rate ?? false };
    const reached = matrices.map(({ isReached }) => isReached);
    const asked = matrices.flatMap((tensor, place) =>
      reached[place] ? [{ ...tensor, step: tests[place]?.step ?? 1 }] : [],
    );
    const tellsClasses = task?.task.metrics.some(({ metric }) => /nll|perplexity|top-1|text|character/.test(metric));
    const sensitivity = await cached(join(cache, `sensitivity-${options.feedback ? 'fed' : 'plain'}.json`), () =>
      ask('sensitivity', {
        ...inputs,
        items: Math.min(items, sensitivityItems),
        ...{ model: graph, output: task?.task.output, tellsClasses: tellsClasses ?? false },
        ...{ copies, folder: cache, tensors: asked, feedback: options.feedback },
      }),
    );
    let next = 0;
    const measured = reached.map((isReached) => (isReached ? (sensitivity.damages[next++] ?? 0) : undefined));
    const weights = damageWeights(matrices, measured, tests, curves, request.without === 'allocation');

    const weightCount = matrices.reduce((sum, { count }) => sum + count, 0);
    const path = request.output ?? archivePath(resolve(request.input), { default: { method: 'fit' } });
    await using target = await OutputFile.create(path, {
      overwrite: request.overwrite ?? false,
      inputs: opened.files.map(({ source }) => source.identity),
      unfinished: { suffix: '.partial', isOurs: isArchiveHead },
    });
    const candidates: Candidate[] = [];
    const attempt = async (bytes: number, coarser: number, output: string): Promise<CompressReport> => {
      const chosen = fitSteps(curves, weights, bytes);
      const steps = [...chosen.map(({ step }) => Math.fround(step * coarser)), ...vectorSteps];
      const rounded = [...matrices, ...vectors].map((tensor, place) => ({ ...tensor, step: steps[place] ?? 1 }));
      const bits = await ask('round', {
        ...{ files: opened.files.map(({ source }) => source.name), copies, folder: cache, tensors: rounded, options },
      });
      const archived = { input: model.opened, output, approximate: {}, overwrite: true, preset: 'balanced' } as const;
      const prepared = {
        path: copies.length === 1 ? (copies[0] ?? '') : join(folder, 'copy'),
        tensors: rounded.map(({ file, offset, step }) => ({ file, offset, step })),
      };
      let report: CompressReport | undefined;
      for await (const event of compress(
        { ...archived, prepared, threads, memoryBytes: request.memoryBytes },
        { ...context, signal },
      )) {
        if (event.type === 'finished') report = event.report;
        if (event.type === 'progress')
          reporter.progress(event.phase, event.bytesDone, event.bytesTotal, event.bytesOut);
      }
      if (!report) throw new FeatherweightError('INTERNAL', 'A candidate was written without a report.');
      candidates.push({
        number: candidates.length + 1,
        bytes: report.bytesOut,
        predictedDamage: chosen.reduce((sum, { damage }) => sum + damage, 0),
        tensors: rounded.map(({ name, step, count }, place) => ({ name, step, count, bits: bits[place] ?? 0 })),
      });
      await appendFile(
        join(request.cacheFolder, 'candidates.jsonl'),
        `${JSON.stringify({ model: model.sha256, task: task?.sha256, ...candidates.at(-1) })}\n`,
      );
      return report;
    };
    /** Writes an archive of at most `target` bytes and as near below it as is asked. */
    const reach = async (target: number, path: string): Promise<CompressReport> => {
      // What is not in the codes of matrices is learned from the first attempt.
      let [inCodes, coarser] = [target * 0.9, 1];
      let best: CompressReport | undefined;
      for (let round = 0; round < mostRounds; round++) {
        const trial = join(folder, 'trial.fwz');
        const report = await attempt(inCodes, coarser, trial);
        if (report.bytesOut <= target && report.bytesOut > (best?.bytesOut ?? 0)) {
          await rename(trial, path);
          best = report;
        }
        if (report.bytesOut <= target && report.bytesOut >= target * (1 - tolerance)) break;
        const tooMany = report.bytesOut - target * (1 - tolerance / 3);
        // Prices move sizes in jumps where tensors nearly vanish; steps do not.
        if (round < 2) inCodes -= tooMany;
        else coarser *= 2 ** ((8 * tooMany) / weightCount);
        if (inCodes <= 0)
          throw new UsageError(
            `"${model.name}" cannot be made as small as ${Math.round(target)} bytes: what is not in its matrices takes more.`,
          );
      }
      if (!best) throw new UsageError(`No candidate of at most ${Math.round(target)} bytes was found.`);
      return best;
    };

    const found = join(folder, 'found.fwz');
    const judge = (archive: string, skip: number, limit?: number): Promise<EvaluationReport | undefined> =>
      task === undefined ? Promise.resolve(undefined) : judged(archive, skip, limit);
    const judged = async (archive: string, skip: number, limit?: number): Promise<EvaluationReport | undefined> => {
      const asks = { task: request.task, dataFolder: request.dataFolder, skip, limit, seed, threads };
      for await (const event of evaluate(
        { command: 'compare', model: archive, original: request.input, ...asks },
        { ...context, signal },
      ))
        if (event.type === 'finished') return event.report;
        else if (event.type === 'progress') reporter.progress(event.phase, event.bytesDone, event.bytesTotal, 0);
      return undefined;
    };
    let report: CompressReport;
    if ('bytes' in request.target) report = await reach(request.target.bytes, found);
    else if ('share' in request.target) report = await reach(request.target.share * model.bytes, found);
    else if ('bits' in request.target) {
      const bytes = (request.target.bits * weightCount) / 8;
      const first = await attempt(bytes, 1, join(folder, 'trial.fwz'));
      report = await reach(bytes + (first.bytesOut - sizeInCodes(candidates[0])), found);
    } else report = await search(request.target.drop, request.target.metric);
    const evaluation = request.evaluate === false ? undefined : await judge(found, items);
    await using archive = await FileSource.open(found);
    const chunk = new Uint8Array(2 ** 20);
    for (let at = 0; at < archive.size; at += chunk.length) {
      const part = chunk.subarray(0, Math.min(chunk.length, archive.size - at));
      await archive.read(at, part);
      writeFully(target.descriptor, part, at);
    }
    await target.commit();
    return {
      command: 'fit',
      ...{ input: request.input, output: path, bytesIn: model.bytes, bytesOut: report.bytesOut, candidates },
      ...{ sha256: report.sha256, tensors: report.tensors, weights: weightCount, proof: 'approximation' },
      calibration: { inputs: calibration.inputs, items, layers: calibration.layers.length, matrices: matrices.length },
      sensitivities: matrices.map(({ name }, place) => ({ name, damage: measured[place] ?? null })),
      ...(evaluation && { evaluation }),
      seconds: (performance.now() - start) / 1000,
    };

    async function valuesOf(tensor: FoundTensor): Promise<Float32Array> {
      const source = opened.files[tensor.file]?.source;
      if (!source) throw new FeatherweightError('INTERNAL', 'A tensor is in no file.');
      return readTensor(source, tensor);
    }

    /** The smallest archive whose first metric, on items that were not calibrated on, keeps within the drop. */
    async function search(drop: number, metric: string | undefined): Promise<CompressReport> {
      if (task === undefined) throw new UsageError('A drop can be kept only with a task that says what is measured.');
      let [low, high] = [0.03, 0.3];
      let best: CompressReport | undefined;
      for (let round = 0; round < 6; round++) {
        const share = Math.sqrt(low * high);
        const trial = join(folder, 'searched.fwz');
        const made = await reach(share * model.bytes, trial);
        const seen = await judge(trial, items);
        if (seen && worstDrop(seen, metric) <= drop) {
          await rename(trial, found);
          [best, high] = [made, share];
        } else low = share;
      }
      if (!best) throw new UsageError(`No candidate kept the drop within ${drop * 100} %.`);
      return best;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** How much worse the metric became, relative to the original: the end of its interval that is worse. */
function worstDrop({ metrics }: EvaluationReport, name: string | undefined): number {
  const metric = metrics.find((one) => name === undefined || one.metric === name);
  const { original, interval } = metric ?? {};
  if (!metric || !interval || !original) return Infinity;
  const worse = metricTraits[metric.metric].better === 'higher' ? -interval.low : interval.high;
  return worse / Math.abs(original);
}

function sizeInCodes(candidate: Candidate | undefined): number {
  return candidate?.tensors.reduce((sum, { bits, count }) => sum + (bits * count) / 8, 0) ?? 0;
}

async function cached<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Result;
  } catch {
    const result = await work();
    await writeFile(`${path}.partial`, JSON.stringify(result));
    await rename(`${path}.partial`, path);
    return result;
  }
}

/** So fine that nothing is lost where weights are few: about nine bits. */
function fineStep(values: Float32Array): number {
  const least = values.reduce((most, value) => Math.min(most, value), Infinity);
  const step = rootMeanSquare(values) / 256;
  // Variances are divided by, so small ones matter as much as large ones.
  return Math.fround(least > 0 ? Math.min(step, least / 16) : step) || 1;
}

/** The damage of a unit of mean square error in each tensor; of what never ran that of its likeness. */
function damageWeights(
  tensors: readonly FoundTensor[],
  measured: readonly (number | undefined)[],
  tests: readonly { readonly error: number }[],
  curves: readonly Curve[],
  bySizeOnly: boolean,
): readonly number[] {
  const own = tensors.map(({ count }, place) => {
    const error = tests[place]?.error ?? 0;
    if (!(error > 0)) return undefined;
    // Rounding relative to its size: what is known without asking the model.
    if (bySizeOnly) return count / (error / testStep ** 2);
    const damage = measured[place];
    return damage === undefined ? undefined : Math.max(damage, 0) / error;
  });
  const relative = own.map((weight, place) =>
    weight === undefined ? NaN : (weight * (tests[place]?.error ?? 0)) / (tensors[place]?.count ?? 1),
  );
  const known = relative.filter((value) => value > 0).sort((one, other) => one - other);
  const middle = known[known.length >> 1] ?? 1;
  return tensors.map(({ name }, place) => {
    const weight = own[place];
    const perWeight = (value: number): number => (value * (tensors[place]?.count ?? 1)) / (tests[place]?.error || 1);
    if (weight !== undefined) return Math.max(weight, perWeight(middle / 1000));
    const twin = likest(name, tensors, own);
    return perWeight(twin === undefined ? middle : (relative[twin] ?? middle));
  });
}

/** The measured tensor whose name ends most like this one. */
function likest(
  name: string,
  tensors: readonly FoundTensor[],
  own: readonly (number | undefined)[],
): number | undefined {
  let [best, longest]: [number | undefined, number] = [undefined, 5];
  for (const [place, other] of tensors.entries()) {
    if (own[place] === undefined) continue;
    let length = 0;
    while (length < name.length && name.at(-1 - length) === other.name.at(-1 - length)) length++;
    if (length > longest) [best, longest] = [place, length];
  }
  return best;
}
