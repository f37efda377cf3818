import { UnsupportedInputError } from '../../errors.ts';
import { readGraph, weightUses, type Edit, type OnnxModel, type OnnxTensor } from '../../onnx/index.ts';
import type { InputFile, Inputs } from '../../models/inputs.ts';
import type { ExportedTensor, ExportJob, ExportOutcome, ExportTarget } from '../export.ts';
import { Loss } from '../loss.ts';
import { carriedOthers, locate, named } from '../onnx/elements.ts';
import { nameSource } from '../onnx/names.ts';
import { TensorStore } from '../onnx/store.ts';
import { onnxTarget, openOnnx, writeOnnx } from '../onnx/target.ts';
import { foldingEdits, removed, rewrittenTensors, unreadParameters } from './edits.ts';
import { equalize } from './equalize.ts';
import { folded, isChanged, type Folding } from './folding.ts';
import { layersOf } from './layers.ts';
import { normalizationBehind } from './normalization.ts';
import { Wiring } from './wiring.ts';

const target = (isEqualized: boolean, words: Pick<ExportTarget, 'id' | 'title' | 'summary' | 'ticks'>): ExportTarget =>
  onnxTarget(words, (job) => write(isEqualized, job), isEqualized ? undefined : refuses);

/** ONNX files that compute the same with other weights, which quantizing does less harm to. */
export const mergedTargets: readonly ExportTarget[] = [
  target(false, {
    id: 'onnx-merged',
    title: 'ONNX, normalizations merged',
    summary:
      'The same function with fewer layers: each BatchNormalization goes into the weights before it. A first step before quantizing.',
    ticks: { smallerOnDisk: false, smallerInMemory: false, faster: false },
  }),
  target(true, {
    id: 'onnx-equalized',
    title: 'ONNX, channels evened out',
    summary:
      'Merged, and channels of neighbouring layers scaled by powers of two to like ranges, which changes no result. For quantizers with one scale for a tensor.',
    ticks: { smallerOnDisk: false, smallerInMemory: false, faster: false },
  }),
];

const nothingToMerge =
  'nothing to merge: no normalization with constant numbers stands behind a Conv, ConvTranspose or Gemm';

async function refuses(file: InputFile, inputs: Inputs, signal: AbortSignal): Promise<string | undefined> {
  const model = await readGraph(named(file), signal);
  const foldings = await foldingsOf(model, new Wiring(model, file, inputs));
  return foldings.some(isChanged) ? undefined : `it has ${nothingToMerge}`;
}

async function foldingsOf(model: OnnxModel, wiring: Wiring): Promise<Folding[]> {
  const foldings: Folding[] = [];
  for (const layer of await layersOf(model, wiring))
    foldings.push(folded(layer, await normalizationBehind(layer, model, wiring)));
  return foldings;
}

async function write(isEqualized: boolean, job: ExportJob): Promise<ExportOutcome> {
  const { inputs, signal } = job;
  const opened = await openOnnx(job);
  const { file, model, main } = opened;
  const wiring = new Wiring(model, file, inputs);
  const foldings = await foldingsOf(model, wiring);
  if (isEqualized) await equalize(foldings, wiring, signal);
  const changed = foldings.filter(isChanged);
  if (changed.length === 0)
    throw new UnsupportedInputError(`"${file.name}" has ${nothingToMerge}, and its channels are even.`, {
      file: file.name,
    });

  const located = weightUses(model).flatMap((weight) => locate(weight, file, inputs));
  const isExternal = located.some(({ weight }) => weight.tensor.data.kind === 'external');
  const store = new TensorStore(isExternal ? `${main}.data` : undefined);
  const newName = nameSource(model);
  const written = changed.map((folding) => ({ folding, loss: new Loss() }));
  const unread = unreadParameters(changed, wiring);
  const rewriting = { source: named(file), store, newName, wiring, signal };
  const edits: Edit[] = written.flatMap(({ folding, loss }) => foldingEdits(folding, loss, rewriting));
  for (const { graph, tensor } of unread) edits.push(...removed(graph, tensor));
  const gone = new Set([...unread.map(({ tensor }) => tensor), ...rewrittenTensors(changed, wiring)]);
  edits.push(...carriedOthers(located, gone, store));
  // Losses are known only behind the writing.
  const outcome = await writeOnnx(job, opened, edits, store);
  return {
    ...outcome,
    tensors: [
      ...written.map(({ folding, loss }) => reportOf(folding, loss, file.name)),
      ...unread.map(({ tensor }) => mergedAway(tensor, file.name)),
    ],
  };
}

function reportOf({ layer: { tensor, weights }, normalization }: Folding, loss: Loss, file: string): ExportedTensor {
  return {
    name: tensor.name,
    file,
    dtype: 'F32',
    shape: tensor.shape,
    bytesIn: 4 * weights.count,
    bytesOut: 4 * weights.count,
    to: normalization ? 'F32 with its normalization' : 'F32, channels scaled',
    relativeError: loss.relativeError,
    maxError: loss.maxError,
  };
}

function mergedAway({ name, shape }: OnnxTensor, file: string): ExportedTensor {
  const bytesIn = 4 * shape.reduce((product, extent) => product * extent, 1);
  return { name, file, dtype: 'F32', shape, bytesIn, bytesOut: 0, to: 'merged', relativeError: 0, maxError: 0 };
}
