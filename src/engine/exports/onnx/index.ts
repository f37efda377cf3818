import { UnsupportedInputError } from '../../errors.ts';
import { opsetVersion, weightUses, type Edit } from '../../onnx/index.ts';
import { floatWidth } from '../../tensor/floats.ts';
import type { ExportJob, ExportOutcome, ExportTarget } from '../export.ts';
import { floatTensor, type FloatTensor } from '../float-tensor.ts';
import { Loss } from '../loss.ts';
import { statisticsOf } from '../statistics.ts';
import { chooseForms, sizeOf, type Candidate, type OnnxKind } from './choose.ts';
import { carried, locate, named, type Located } from './elements.ts';
import { exactForms } from './exact.ts';
import { needsBlocks } from './form.ts';
import { nameSource } from './names.ts';
import { raiseOpset } from './opset.ts';
import { reportOf } from './report.ts';
import { rewriteTensor } from './rewrite.ts';
import { TensorStore } from './store.ts';
import { onnxTarget, openOnnx, writeOnnx } from './target.ts';

const opsetFor: Readonly<Record<OnnxKind, number>> = { int8: 13, int4: 21, fp8: 19, fp16: 6, bf16: 13 };
/** Protobuf messages end here. */
const largestMessage = 2 ** 31 - 1;

const target = (kind: OnnxKind, rest: Pick<ExportTarget, 'title' | 'summary' | 'ticks'>): ExportTarget =>
  onnxTarget({ id: `onnx-${kind}`, ...rest }, (job) => write(kind, job));

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
  target('bf16', {
    title: 'ONNX, BF16 weights',
    summary:
      'Half the size, with the whole range of single precision and eight bits of precision. The model computes as before; only the stored weights are shorter.',
    ticks: { smallerOnDisk: true, smallerInMemory: false, faster: false },
  }),
];

async function write(kind: OnnxKind, job: ExportJob): Promise<ExportOutcome> {
  const { inputs, signal } = job;
  const opened = await openOnnx(job);
  const { file, model, main } = opened;
  const isInteger = kind === 'int8' || kind === 'int4';
  const canRaise = (version: number): boolean => 'edits' in raiseOpset(model, named(file), version, nameSource(model));
  const abilities = { hasZeros: canRaise(opsetFor.int8), hasBlocks: canRaise(opsetFor.int4) };
  const located = weightUses(model).flatMap((weight) => locate(weight, file, inputs));
  const candidates: (Candidate & { readonly floats: FloatTensor })[] = [];
  const others: Located[] = [];
  for (const each of located) {
    const { weight, byteLength, offset, source, holder } = each;
    const { tensor } = weight;
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
      const stored = job.stored?.(holder, offset);
      const exact = isInteger ? await exactForms(weight, floats, stored, abilities, signal) : {};
      const [count, width] = [floats.count, floatWidth(floats.dtype)];
      candidates.push({ weight, count, width, statistics, stored, exact, floats });
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
  const needed = choices.some(needsBlocks) ? opsetFor.int4 : opsetFor[kind];
  const raise = raiseOpset(model, named(file), needed, newName);
  if ('refusal' in raise && kind !== 'int8')
    throw new UnsupportedInputError(
      `"${file.name}" cannot be exported as onnx-${kind}, which needs operators of version ${needed}: ${raise.refusal}.`,
      { file: file.name },
    );
  // Half precision needs no newer operators, so that those it could use for masks may not be there.
  const hasAxes = !('refusal' in raise) && (kind !== 'fp16' || opsetVersion(model) >= 10);
  if ('refusal' in raise)
    job.notice(`The weights are made by Cast and Mul instead of DequantizeLinear, since ${raise.refusal}.`);

  const edits: Edit[] = 'edits' in raise ? [...raise.edits] : [];
  const bytesOut = otherBytes + sizeOf(candidates, choices);
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
  // Losses are known only behind the writing.
  const outcome = await writeOnnx(job, opened, edits, store);
  return {
    ...outcome,
    tensors: candidates.map((candidate, index) =>
      reportOf(candidate, file.name, choices[index] ?? { form: { kind: 'kept' } }, losses[index] ?? new Loss()),
    ),
  };
}
