import { UnsupportedInputError } from '../../errors.ts';
import { appendToModel, edited, given, readGraph, weightUses, type Edit, type OnnxTensor } from '../../onnx/index.ts';
import { metadataField } from '../../onnx/messages.ts';
import { carrySideFiles } from '../carry.ts';
import type { ExportedTensor, ExportJob, ExportOutcome, ExportTarget } from '../export.ts';
import { Loss } from '../loss.ts';
import { carried, counted, describing, locate, named, refuseStrayTensors, usedFor } from '../onnx/elements.ts';
import { nameSource } from '../onnx/names.ts';
import { TensorStore } from '../onnx/store.ts';
import { foldingEdits, removed, rewrittenTensors, unreadParameters } from './edits.ts';
import { equalize } from './equalize.ts';
import { folded, isChanged, type Folding } from './folding.ts';
import { layersOf } from './layers.ts';
import { normalizationBehind } from './normalization.ts';
import { Wiring } from './wiring.ts';

const target = (
  isEqualized: boolean,
  rest: Pick<ExportTarget, 'id' | 'title' | 'summary' | 'ticks'>,
): ExportTarget => ({
  ...rest,
  load: 'In place of the original, e.g. ort.InferenceSession.create(path); inputs, outputs and names are the same.',
  from: ['onnx'],
  check: 'onnx',
  extension: () => '.onnx',
  refuses: (inputs) => (describing(inputs) === undefined ? 'it is no ONNX model' : undefined),
  write: (job) => write(isEqualized, job),
});

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

async function write(isEqualized: boolean, job: ExportJob): Promise<ExportOutcome> {
  const { inputs, stage, signal } = job;
  const file = describing(inputs);
  if (file === undefined) throw new UnsupportedInputError('There is no ONNX model.');
  const source = named(file);
  const model = await readGraph(source, signal);
  refuseStrayTensors(model);
  const wiring = new Wiring(model, file, inputs);
  const foldings: Folding[] = [];
  for (const layer of await layersOf(model, wiring))
    foldings.push(folded(layer, await normalizationBehind(layer, model, wiring)));
  if (isEqualized) await equalize(foldings, wiring, signal);
  const changed = foldings.filter(isChanged);
  if (changed.length === 0)
    throw new UnsupportedInputError(
      `"${file.name}" has nothing to merge: no normalization with constant numbers stands behind a Conv, ConvTranspose or Gemm${isEqualized ? ', and its channels are even' : ''}.`,
      { file: file.name },
    );

  const located = weightUses(model).flatMap((weight) => locate(weight, file, inputs));
  const main = stage.mainName ?? file.name;
  const isExternal = located.some(({ weight }) => weight.tensor.data.kind === 'external');
  const store = new TensorStore(isExternal ? `${main}.data` : undefined);
  const newName = nameSource(model);
  const written = changed.map((folding) => ({ folding, loss: new Loss() }));
  const unread = unreadParameters(changed, wiring);
  const rewriting = { source, store, newName, wiring, signal };
  const edits: Edit[] = written.flatMap(({ folding, loss }) => foldingEdits(folding, loss, rewriting));
  for (const { graph, tensor } of unread) edits.push(...removed(graph, tensor));
  const gone = new Set([...unread.map(({ tensor }) => tensor), ...rewrittenTensors(changed, wiring)]);
  for (const { weight, source: from, offset, byteLength } of located)
    if (weight.tensor.data.kind === 'external' && !gone.has(weight.tensor))
      edits.push(...carried(weight.tensor, from, offset, byteLength, store));
  const provenance = Object.entries(job.provenance).map(([key, value]) => given(metadataField(key, value)));
  edits.push(appendToModel(model, ...provenance));

  const copy = edited(source, edits);
  const progress = counted(job, inputs.bytes, copy.size + store.dataBytes);
  if (store.dataBytes > 0) await stage.write(`${main}.data`, progress(store.data()), signal);
  await stage.write(main, progress(copy.chunks(signal)), signal);
  const sides = await carrySideFiles(job, ({ name }) => name !== file.name && !usedFor(name, model));
  const metadata = Object.keys(model.metadata).length;
  return {
    main,
    carried: [...(metadata > 0 ? [`${metadata} metadata entries`] : []), ...sides],
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
