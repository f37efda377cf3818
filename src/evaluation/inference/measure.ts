import { basename } from 'node:path';
import type { OutputReport, NoiseFloor, MetricReport, Example } from '../figures.ts';
import { toErrorData, UsageError, type ErrorData } from '../../engine/errors.ts';
import { OutputComparison } from '../compare/outputs.ts';
import { openDecoder } from '../decode/decode.ts';
import { openDataset, type Dataset } from '../inputs/dataset.ts';
import { readAhead } from '../inputs/read-ahead.ts';
import { readTokenBytes } from '../metrics/catalog.ts';
import type { Task } from '../task/schema.ts';
import { RememberingRunner } from './answers.ts';
import { Examples } from './examples.ts';
import { placesBelow, pseudoInputs } from './inputs.ts';
import { metricReports } from './metric-reports.ts';
import { noiseFloor } from './noise.ts';
import { Runner, runsOf, shareOf } from './runs.ts';
import { Scoring } from './scoring.ts';
import { loadModel, type LoadedModel } from './session.ts';

/** What is to be measured; paths are of ONNX files. */
export interface MeasureRequest {
  /** Absent: pseudo-inputs, which measure the difference of outputs only. */
  readonly task?: { readonly task: Task; readonly folder: string };
  readonly original?: string;
  /** Absent, as the original may be, where it is known that it cannot run. */
  readonly candidate?: string;
  /** At most so many items, from the first. */
  readonly limit?: number;
  /** These items of the task, in ascending order, whatever the limit. */
  readonly places?: readonly number[];
  readonly seed: number;
  readonly threads: number;
  /** Where answers of the original are read from and written to. */
  readonly answers?: { readonly known: string; readonly kept: string };
}

/** What came out of it. */
export interface Measurement {
  /** Items, what they are called, and where they come from. */
  readonly items: number;
  readonly unit: string;
  readonly inputs: 'task' | 'pseudo';
  readonly noiseFloor?: NoiseFloor;
  readonly metrics: readonly MetricReport[];
  readonly outputs: readonly OutputReport[];
  /** Items whose answer is another, and the ones that changed most. */
  readonly changed: number;
  readonly examples: readonly Example[];
  /** Why a model cannot run. */
  readonly originalFault?: ErrorData;
  readonly candidateFault?: ErrorData;
  /** Seconds in the runtime, of each model. */
  readonly inferenceSeconds: { readonly original: number; readonly candidate: number };
  readonly notices: readonly string[];
  /** Whether the original's answers were all known from before, and whether new ones were written. */
  readonly answers?: { readonly wereKnown: boolean; readonly wereKept: boolean };
}

export type MeasurePhase = 'noise' | 'evaluate';
export type OnProgress = (phase: MeasurePhase, done: number, total: number) => void;

const pseudoItems = 8;
/** How a model is run where no task says it. */
export const noTask = { batch: 1, state: [], block: 64, metrics: [] } as const satisfies Partial<Task>;

/**
 * Runs both models on the same inputs, item by item, and keeps only what is counted of their answers. A model that cannot run
 * is told in the result; what is wrong with the task is thrown.
 */
export async function measure(request: MeasureRequest, onProgress: OnProgress): Promise<Measurement> {
  const { task: given, seed, threads, limit } = request;
  await using opened = new AsyncDisposableStack();
  const load = async (path: string | undefined): Promise<{ model?: LoadedModel; fault?: ErrorData }> => {
    if (path === undefined) return {};
    try {
      return { model: opened.use(await loadModel(path, threads)) };
    } catch (error) {
      return { fault: toErrorData(error) };
    }
  };
  // Opened first: items are read while models are loaded. What is wrong with the task is told once a model can run.
  const opening = given && openTaskItems(given, request).then((items) => opened.use(items));
  await opening?.catch(() => undefined);
  const { model: original, fault: originalFault } = await load(request.original);
  const { model: candidate, fault: candidateFault } = await load(request.candidate);
  const asked = original ?? candidate;
  const faults = { ...(originalFault && { originalFault }), ...(candidateFault && { candidateFault }) };
  const task = given?.task ?? noTask;
  if (asked === undefined) return nothingMeasured(given?.task, faults);
  const dataset: Dataset =
    (await opening) ?? opened.use(await pseudoInputs(asked, Math.min(limit ?? pseudoItems, 1000), seed));
  const places = placesOf(request, dataset);
  const count = places.length;
  const noise = await noiseFloor(
    { path: asked.path, model: asked, dataset, task, count, threads, seed },
    (done, total) => onProgress('noise', done, total),
  );
  const result = await compareRuns({ request, original, candidate, dataset, places, onProgress });
  return {
    items: count,
    unit: given?.task.unit ?? 'pseudo-inputs',
    inputs: given === undefined ? 'pseudo' : 'task',
    noiseFloor: noise,
    ...result,
    ...faults,
    ...(result.candidateFault && { candidateFault: result.candidateFault }),
  };
}

/** The items of a task, of which those that will be asked for are read already. */
async function openTaskItems(
  { task, folder }: NonNullable<MeasureRequest['task']>,
  request: MeasureRequest,
): Promise<Dataset> {
  const dataset = await openDataset(task, folder);
  return readAhead(dataset, placesOf(request, dataset));
}

function nothingMeasured(task: Task | undefined, faults: Partial<Measurement>): Measurement {
  return {
    ...{ items: 0, unit: task?.unit ?? 'pseudo-inputs', inputs: task === undefined ? 'pseudo' : 'task' },
    ...{ metrics: [], outputs: [], changed: 0, examples: [], notices: [] },
    inferenceSeconds: { original: 0, candidate: 0 },
    ...faults,
  };
}

interface Comparison {
  readonly request: MeasureRequest;
  readonly original: LoadedModel | undefined;
  readonly candidate: LoadedModel | undefined;
  readonly dataset: Dataset;
  readonly places: readonly number[];
  readonly onProgress: OnProgress;
}

async function compareRuns({
  request,
  original,
  candidate,
  dataset,
  places,
  onProgress,
}: Comparison): Promise<
  Pick<
    Measurement,
    'metrics' | 'outputs' | 'changed' | 'examples' | 'inferenceSeconds' | 'notices' | 'candidateFault' | 'answers'
  >
> {
  const { task: given, seed } = request;
  const task = given?.task ?? noTask;
  const folder = given?.folder ?? '';
  const decoder = await openDecoder(given?.task.decode, folder);
  const tokenBytes = await readTokenBytes(task.metrics, folder);
  const makeSide = (model: LoadedModel | undefined, originalPlace?: number) =>
    model && {
      runner: new Runner(model, task.state) as Pick<Runner, 'run'>,
      scoring: new Scoring(task.metrics, { decoder, tokenBytes }, original !== undefined),
      output: outputPlace(model, given?.task.output, originalPlace),
      seconds: 0,
    };
  const before = makeSide(original);
  let after = makeSide(candidate, before?.output);
  const remembering =
    before && original && request.answers && candidate
      ? await RememberingRunner.open(new Runner(original, task.state), request.answers.known)
      : undefined;
  if (before && remembering) before.runner = remembering;
  let candidateFault: ErrorData | undefined;
  const tellsClass = task.metrics.some(({ metric }) => metric === 'top-1');
  const tellsPicture = task.metrics.some(({ metric }) => metric === 'psnr' || metric === 'iou');
  const examples = new Examples({ decoder, tellsClass, tellsPicture });
  const comparisons: OutputComparison[] = [];
  const notices = new Set<string>();

  for await (const run of runsOf(dataset, task, places)) {
    const answer = async (side: NonNullable<typeof before>) => {
      const start = performance.now();
      const outputs = await side.runner.run(run);
      side.seconds += (performance.now() - start) / 1000;
      return [...outputs.values()];
    };
    const originals = before && (await answer(before));
    const candidates =
      after &&
      (await answer(after).catch((error: unknown) => {
        if (before === undefined) throw error;
        candidateFault = toErrorData(error);
        after = undefined;
        return undefined;
      }));
    for (const [place, part] of run.parts.entries()) {
      const shares = (outputs: typeof originals) => outputs?.map((output) => shareOf(output, place, run.parts.length));
      const [one, other] = [shares(originals), shares(candidates)];
      const reference = before === undefined ? undefined : one?.[before.output];
      const found = after === undefined ? undefined : other?.[after.output];
      if (reference !== undefined) before?.scoring.add(part, reference, reference);
      if (found !== undefined) after?.scoring.add(part, found, reference ?? found);
      if (one === undefined || other === undefined || reference === undefined || found === undefined) continue;
      for (const [output, values] of one.entries()) {
        const name = original?.outputs[output]?.name ?? `output ${output + 1}`;
        const twin = other[output];
        const isMeasured = output === before?.output;
        const comparison = (comparisons[output] ??= new OutputComparison(
          name,
          isMeasured && tellsClass ? true : undefined,
        ));
        if (twin === undefined || !comparison.add(values, twin, part.block))
          notices.add(`The output "${name}" has another shape in the candidate; it is not compared.`);
      }
      const pair = { original: reference, candidate: found };
      if (await examples.add(part, pair)) continue;
      if (part.frame !== part.item.frames - 1) continue;
      const [was, is] = [before?.scoring.itemScore(part), after?.scoring.itemScore(part)];
      if (was && is) await examples.addScore(part, { ...was, before: was.value, after: is.value }, pair);
    }
    onProgress('evaluate', run.itemsDone, places.length);
  }
  const identical = comparisons.length > 0 && comparisons.every((comparison) => comparison.identical);
  return {
    metrics: metricReports({
      specs: task.metrics,
      original: before?.scoring.measured(),
      candidate: after?.scoring.measured(),
      ...{ seed, identical },
    }),
    outputs: comparisons.map((comparison) => comparison.report(seed)),
    ...{ changed: examples.changed, examples: examples.list() },
    inferenceSeconds: { original: before?.seconds ?? 0, candidate: after?.seconds ?? 0 },
    notices: [...notices],
    ...(candidateFault && { candidateFault }),
    ...(remembering &&
      request.answers && {
        answers: {
          wereKnown: remembering.answered === 0,
          wereKept: await remembering.save(request.answers.kept),
        },
      }),
  };
}

/** Where the measured output is; a candidate whose outputs were renamed has it where its original does. */
function outputPlace({ path, outputs }: LoadedModel, name: string | undefined, originalPlace?: number): number {
  const place = name === undefined ? 0 : outputs.findIndex((output) => output.name === name);
  if (place >= 0) return place;
  if (originalPlace !== undefined) return originalPlace;
  throw new UsageError(
    `"${basename(path)}" has no output "${name ?? ''}"; it has: ${outputs.map((output) => output.name).join(', ')}.`,
    { output: name },
  );
}

function placesOf({ places, limit = Infinity }: MeasureRequest, { count }: Dataset): readonly number[] {
  return places ?? placesBelow(Math.min(count, limit));
}
