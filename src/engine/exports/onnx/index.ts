import type { ByteSource } from '../../io/source.ts';
import { UnsupportedInputError } from '../../errors.ts';
import {
  appendToModel,
  edited,
  given,
  graphTensors,
  opsetVersion,
  readGraph,
  replace,
  weightUses,
  type Edit,
  type OnnxModel,
  type OnnxTensor,
  type WeightUses,
} from '../../onnx/index.ts';
import { metadataField } from '../../onnx/messages.ts';
import type { InputFile, Inputs } from '../../pipeline/inputs.ts';
import { floatWidth } from '../../tensor/floats.ts';
import { carrySideFiles } from '../carry.ts';
import type { ExportedTensor, ExportJob, ExportOutcome, ExportTarget } from '../export.ts';
import { floatTensor, type FloatTensor } from '../float-tensor.ts';
import { Loss } from '../loss.ts';
import { statisticsOf } from '../statistics.ts';
import { chooseForms, sizeOf, type Candidate, type OnnxKind } from './choose.ts';
import { bytesIn, type Choice } from './form.ts';
import { nameSource } from './names.ts';
import { copied, raiseOpset } from './opset.ts';
import { constantNode, rewriteTensor } from './rewrite.ts';
import { TensorStore } from './store.ts';

const opsetFor: Readonly<Record<OnnxKind, number>> = { int8: 13, int4: 21, fp8: 19, fp16: 6 };
/** Protobuf messages end here. */
const largestMessage = 2 ** 31 - 1;

const target = (kind: OnnxKind, rest: Pick<ExportTarget, 'title' | 'summary' | 'ticks'>): ExportTarget => ({
  id: `onnx-${kind}`,
  ...rest,
  load: 'In place of the original, e.g. ort.InferenceSession.create(path); inputs, outputs and names are the same.',
  from: ['onnx'],
  check: 'onnx',
  extension: () => '.onnx',
  refuses: (inputs) => (describing(inputs) === undefined ? 'it is no ONNX model' : undefined),
  write: (job) => write(kind, job),
});

/** ONNX files whose weights are smaller; they run wherever the original did, if its operators are known there. */
export const onnxTargets: readonly ExportTarget[] = [
  target('int8', {
    title: 'ONNX, 8-bit weights',
    summary:
      'A quarter of the size. Each output channel has its own scale; DequantizeLinear makes the weights when they are needed.',
    ticks: { smallerOnDisk: true, smallerInMemory: true, faster: false },
  }),
  target('int4', {
    title: 'ONNX, 4-bit weights',
    summary:
      'A sixth of the size. Scales for blocks of weights; layers that are known to be fragile keep eight bits. Needs operators of version 21.',
    ticks: { smallerOnDisk: true, smallerInMemory: true, faster: false },
  }),
  target('fp8', {
    title: 'ONNX, 8-bit floats',
    summary:
      'A quarter of the size, in the float format E4M3 with a scale for each channel. Coarser than 8-bit integers for most models.',
    ticks: { smallerOnDisk: true, smallerInMemory: true, faster: false },
  }),
  target('fp16', {
    title: 'ONNX, half-precision weights',
    summary: 'Half the size, hardly any loss. The model computes as before; only the stored weights are shorter.',
    ticks: { smallerOnDisk: true, smallerInMemory: false, faster: false },
  }),
];

function describing({ files }: Inputs): InputFile | undefined {
  return files.find(({ layout, name }) => layout?.format === 'onnx' && name.toLowerCase().endsWith('.onnx'));
}

/** A tensor of the model and where its elements are. */
interface Located {
  readonly weight: WeightUses;
  readonly source: ByteSource;
  readonly offset: number;
  readonly byteLength: number;
}

async function write(kind: OnnxKind, job: ExportJob): Promise<ExportOutcome> {
  const { inputs, stage, signal } = job;
  const file = describing(inputs);
  if (file === undefined) throw new UnsupportedInputError('There is no ONNX model.');
  const model = await readGraph(named(file), signal);
  refuseStrayTensors(model);
  const located = weightUses(model).flatMap((weight) => locate(weight, file, inputs));
  const candidates: (Candidate & { readonly floats: FloatTensor })[] = [];
  const others: Located[] = [];
  for (const each of located) {
    const { tensor } = each.weight;
    const { byteLength, offset, source } = each;
    const floats = floatTensor(source, {
      name: tensor.name,
      dtype: tensor.type.dtype,
      shape: tensor.shape,
      offset,
      byteLength,
    });
    if (floats === undefined || floats.count < 64) others.push(each);
    else {
      const statistics = await statisticsOf(floats, signal);
      candidates.push({
        weight: each.weight,
        count: floats.count,
        width: floatWidth(floats.dtype),
        statistics,
        floats,
      });
    }
  }
  const candidateBytes = candidates.reduce((sum, { count, width }) => sum + count * width, 0);
  const bytesAll = inputs.files.reduce((sum, { source }) => sum + (source === file.source ? source.size : 0), 0);
  const external = located.some(({ weight }) => weight.tensor.data.kind === 'external');
  const otherBytes = external
    ? bytesAll + others.reduce((sum, { byteLength }) => sum + byteLength, 0)
    : bytesAll - candidateBytes;
  const choices = chooseForms(kind, candidates, otherBytes);
  const newName = nameSource(model);
  const raise = raiseOpset(model, named(file), opsetFor[kind], newName);
  if ('refusal' in raise && kind !== 'int8')
    throw new UnsupportedInputError(
      `"${file.name}" cannot be exported as onnx-${kind}, which needs operators of version ${opsetFor[kind]}: ${raise.refusal}.`,
      { file: file.name },
    );
  // Half precision needs no newer operators, so that those it could use for masks may not be there.
  const hasAxes = !('refusal' in raise) && (kind !== 'fp16' || opsetVersion(model) >= 10);
  if ('refusal' in raise)
    job.notice(`The weights are made by Cast and Mul instead of DequantizeLinear, since ${raise.refusal}.`);

  const edits: Edit[] = 'edits' in raise ? [...raise.edits] : [];
  const bytesOut = otherBytes + sizeOf(candidates, choices);
  const main = stage.mainName ?? file.name;
  const store = new TensorStore(external || bytesOut > largestMessage - 2 ** 20 ? `${main}.data` : undefined);
  const rewriting = { store, newName, hasAxes, signal };
  const losses = candidates.map(() => new Loss());
  candidates.forEach(({ weight: { tensor, graph }, floats }, index) => {
    const [form, loss] = [choices[index]?.form ?? { kind: 'kept' as const }, losses[index] ?? new Loss()];
    if (form.kind !== 'kept') edits.push(...rewriteTensor(tensor, graph, floats, form, loss, rewriting));
    else if (tensor.data.kind === 'external' || store.isExternal)
      edits.push(...carried(tensor, floats.source, floats.offset, floats.count * floatWidth(floats.dtype), store));
  });
  for (const { weight, source, offset, byteLength } of others)
    if (weight.tensor.data.kind === 'external')
      edits.push(...carried(weight.tensor, source, offset, byteLength, store));
  const provenance = Object.entries(job.provenance).map(([key, value]) => given(metadataField(key, value)));
  edits.push(appendToModel(model, ...provenance));

  const copy = edited(named(file), edits);
  const progress = counted(job, inputs.bytes, copy.size + store.dataBytes);
  // The data first: scales that the model file holds are known when their codes were written.
  if (store.dataBytes > 0) await stage.write(`${main}.data`, progress(store.data()), signal);
  await stage.write(main, progress(copy.chunks(signal)), signal);
  const sides = await carrySideFiles(job, ({ name }) => name !== file.name && !usedFor(name, model));
  const metadata = Object.keys(model.metadata).length;
  return {
    main,
    carried: [...(metadata > 0 ? [`${metadata} metadata entries`] : []), ...sides],
    tensors: candidates.map((candidate, index) =>
      reportOf(candidate, file.name, choices[index] ?? { form: { kind: 'kept' } }, losses[index] ?? new Loss()),
    ),
  };
}

/** Messages name the file as the model does, not by its place on disk. */
function named({ name, source }: InputFile): ByteSource {
  return {
    name,
    size: source.size,
    read: (offset, target) => source.read(offset, target),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function locate(weight: WeightUses, file: InputFile, { files }: Inputs): readonly Located[] {
  const { tensor } = weight;
  const { data, type, shape } = tensor;
  if (data.kind === 'other') return [];
  if (data.kind === 'inline')
    return [{ weight, source: file.source, offset: data.offset, byteLength: data.byteLength }];
  const expected = Math.ceil(shape.reduce((product, extent) => product * extent, type.bits) / 8);
  const byteLength = data.byteLength ?? expected;
  const holder = files.find(({ name }) => name === data.location);
  if (holder === undefined || !Number.isSafeInteger(byteLength) || data.offset + byteLength > holder.source.size)
    throw new UnsupportedInputError(
      `The tensor "${tensor.name}" of "${file.name}" is in the file "${data.location}", which is not there or too short.`,
      { file: file.name, tensor: tensor.name },
    );
  return [{ weight, source: holder.source, offset: data.offset, byteLength }];
}

/** Elements in other files are found for initializers and Constants only. */
function refuseStrayTensors(model: OnnxModel): void {
  for (const { nodes } of model.graphs)
    for (const { operator, attributes } of nodes)
      for (const { name, tensor } of attributes.values())
        if (tensor?.data.kind === 'external' && !(operator === 'Constant' && name === 'value'))
          throw new UnsupportedInputError(
            `"${model.file}" keeps the attribute "${name}" of a ${operator} in another file, which cannot be exported.`,
            { file: model.file },
          );
}

function usedFor(name: string, { graphs }: OnnxModel): boolean {
  return graphs.some((graph) =>
    graphTensors(graph).some(({ data }) => data.kind === 'external' && data.location === name),
  );
}

/** The same elements, in the new data file. */
function carried(
  tensor: OnnxTensor,
  source: ByteSource,
  offset: number,
  byteLength: number,
  store: TensorStore,
): readonly Edit[] {
  // A Constant's tensor is field 5 of its attribute, as an initializer is of its graph.
  const type = tensor.typeNumber;
  const place = constantNode(tensor);
  if (place !== undefined && tensor.data.kind === 'inline') return [];
  return [
    replace(
      tensor,
      ...store.add({ name: tensor.name, type, shape: tensor.shape }, copied(source, offset, offset + byteLength)),
    ),
  ];
}

/** Progress by the bytes of the original, however few come out. */
function counted(
  { progress }: ExportJob,
  bytesIn: number,
  bytesOut: number,
): (chunks: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array, void, undefined> {
  return async function* (chunks) {
    for await (const chunk of chunks) {
      yield chunk;
      progress((chunk.length / bytesOut) * bytesIn);
    }
  };
}

const words = { I8: 'I8', U4: 'U4', F8_E4M3: 'F8 E4M3' } as const;

function reportOf(
  { weight: { tensor }, count, width }: Candidate,
  file: string,
  { form, why }: Choice,
  loss: Loss,
): ExportedTensor {
  let to: string = tensor.type.dtype;
  if (form.kind === 'half') to = 'F16';
  else if (form.kind === 'switch') to = 'I8 with one scale';
  else if (form.kind === 'codes')
    to = `${words[form.type]} ${form.grouping.isBlocked ? `in blocks of ${form.grouping.run}` : 'per channel'}`;
  return {
    name: tensor.name,
    file,
    dtype: tensor.type.dtype,
    shape: tensor.shape,
    bytesIn: count * width,
    bytesOut: bytesIn(form, count, width),
    to,
    relativeError: loss.relativeError,
    maxError: loss.maxError,
    ...(why !== undefined && { why }),
  };
}
