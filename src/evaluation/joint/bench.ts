import { createHash } from 'node:crypto';
import { copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { FeatherweightError } from '../../engine/errors.ts';
import { ownFolder } from '../../engine/io/own-folder.ts';
import { makeFolder } from '../../engine/io/make-folder.ts';
import type { Phase } from '../../engine/pipeline/job/events.ts';
import { openInputs, type InputFile } from '../../engine/models/inputs.ts';
import { planResources } from '../../engine/pipeline/job/resources.ts';
import type { EvaluationContext } from '../evaluate.ts';
import { prepareModel, withoutGraph, type PreparedModel } from '../models/prepare.ts';
import { runTask } from '../process/run.ts';
import type { Tasks } from '../process/protocol.ts';
import type { Calibration } from './calibrate/calibrate.ts';
import { learnedInputs, requireMetric, type LearnedInputs } from './calibrate/learned-inputs.ts';
import type { FitRequest } from './request.ts';
import { readTensor } from './round/tensor-file.ts';
import { findTensors, type FoundTensor } from './tensors.ts';
import { tieTwins } from './twins.ts';

type JointTask = 'calibrate' | 'sensitivity' | 'methods' | 'round';

/** A model that is worked on: what is known of its inputs, its tensors, and a copy that is written to. */
export interface Bench extends LearnedInputs, AsyncDisposable {
  readonly model: PreparedModel;
  /** Of its own, removed at the end; and where what was learned stays. */
  readonly folder: string;
  readonly cache: string;
  readonly files: readonly InputFile[];
  readonly calibration: Calibration;
  /** Of those with the very same numbers the first, which names the others. */
  readonly matrices: readonly FoundTensor[];
  readonly vectors: readonly FoundTensor[];
  /** Of the files, and which of them has the graph. */
  readonly copies: readonly string[];
  readonly graph: string;
  /** What the engine opens to read the copies as a model. */
  readonly copied: string;
  /** Has a process of its own do something. */
  ask<Name extends JointTask>(name: Name, asked: Tasks[Name]['request']): Promise<Tasks[Name]['result']>;
  valuesOf(tensor: FoundTensor): Promise<Float32Array>;
}

/** How the bench tells what it does. */
export type Progress = (phase: Phase, done: number, total: number) => void;

/**
 * Opens a model, learns what its inputs have in common, and copies its files. Throws UNSUPPORTED for a model without a graph or
 * without matrices of floats.
 */
export async function openBench(
  request: FitRequest,
  context: EvaluationContext & { readonly signal: AbortSignal },
  { started, progress }: { readonly started: (model: PreparedModel) => void; readonly progress: Progress },
): Promise<Bench> {
  const { signal } = context;
  const learned = await learnedInputs(request);
  if ('drop' in request.target) requireMetric(learned, request.target.metric);
  const { task, inputs } = learned;
  const { items, places, seed } = inputs;
  await using opened = new AsyncDisposableStack();
  const folder = await ownFolder(tmpdir(), 'featherweight-fit', opened);
  const model = await prepareModel(request.input, folder, context);
  if (model.onnx === undefined) throw withoutGraph(model);
  started(model);
  const key = JSON.stringify([9, await model.sha256, task?.sha256, task?.folder, places ?? items, seed]);
  const cache = join(request.cacheFolder, createHash('sha256').update(key).digest('hex').slice(0, 32));
  await makeFolder(cache);
  const ask: Bench['ask'] = async (name, asked) => {
    const onProgress = (phase: string, done: number, total: number): void => progress(phase as Phase, done, total);
    return (await runTask(context.spawnEvaluation, name, asked, { signal, onProgress })).result;
  };

  const calibration = await ask('calibrate', { ...inputs, model: model.onnx, folder: cache });
  const { files } = opened.use(await openInputs(model.opened, planResources({}).headerBytes));
  const tensors = await tieTwins(await findTensors(files, calibration, signal), cache);
  const matrices = tensors.filter(({ kind }) => kind === 'matrix');
  if (matrices.length === 0)
    throw new FeatherweightError(
      'UNSUPPORTED',
      `"${model.name}" has no matrices of 16-bit or 32-bit floats that could be fitted.`,
    );
  const copies: string[] = [];
  for (const { name, source } of files) {
    const path = join(folder, 'copy', name);
    await makeFolder(dirname(path));
    await copyFile(source.name, path);
    copies.push(path);
  }
  const disposal = opened.move();
  return {
    ...{ ...learned, model, folder, cache, files, calibration, matrices, copies, ask },
    vectors: tensors.filter(({ kind }) => kind === 'vector'),
    graph: copies[files.findIndex(({ source }) => source.name === model.onnx)] ?? '',
    copied: copies.length === 1 ? (copies[0] ?? '') : join(folder, 'copy'),
    async valuesOf(tensor) {
      const source = files[tensor.file]?.source;
      if (!source) throw new FeatherweightError('INTERNAL', 'A tensor is in no file.');
      return await readTensor(source, tensor);
    },
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  };
}
