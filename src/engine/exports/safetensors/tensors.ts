import type { InputFile } from '../../models/inputs.ts';
import { encodeFloats, floatWidth } from '../../tensor/floats.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import type { ExportedTensor, ExportJob } from '../export.ts';
import { converted, floatTensor, type FloatTensor } from '../float-tensor.ts';
import { Loss } from '../loss.ts';
import { perChannel } from '../quantize/grouping.ts';
import { quantize } from '../quantize/quantize.ts';
import { statisticsOf } from '../statistics.ts';
import { streamed } from '../streamed.ts';
import { chooseForm, type Choice, type SafetensorsKind } from './choose.ts';
import { inOrder, type NewTensor } from './file.ts';

/** The tensors of one new file. */
export interface Shard {
  readonly tensors: readonly NewTensor[];
  /** Known when the tensors were written. */
  reports(): readonly ExportedTensor[];
}

/** Chooses the forms of the tensors of one file; their elements are read when they are written. */
export async function newShard(
  kind: SafetensorsKind,
  { name, source, layout }: InputFile,
  { signal, progress, stored }: ExportJob,
): Promise<Shard> {
  const groups: NewTensor[][] = [];
  const reports: (() => ExportedTensor)[] = [];
  const ranges = layout?.tensors ?? [];
  const taken = new Set(ranges.map((range) => range.name));
  for (const range of ranges) {
    const floats = floatTensor(source, range);
    const loss = new Loss();
    let choice: Choice = { form: 'kept', why: 'it is not made of floats' };
    let made: readonly NewTensor[] = [];
    if (floats !== undefined) {
      choice = chooseForm(kind, floats, await statisticsOf(floats, signal), stored?.(name, range.offset));
      made = formed(floats, choice, taken, loss, signal);
    }
    if (made.length === 0) made = [copyOf(range, source, signal)];
    groups.push([...made.slice(0, -1), ...made.slice(-1).map((last) => told(last, () => progress(range.byteLength)))]);
    reports.push(() => reportOf(range, name, made, choice, loss));
  }
  return { tensors: inOrder(groups), reports: () => reports.map((report) => report()) };
}

/** The tensor in its new form, with its scales; nothing where it is kept. */
function formed(
  floats: FloatTensor,
  { form }: Choice,
  taken: ReadonlySet<string>,
  loss: Loss,
  signal: AbortSignal,
): readonly NewTensor[] {
  const { name, shape, count, dtype } = floats;
  if (form === 'kept' || form === dtype) return [];
  if (form === 'BF16' || form === 'F16') {
    const content = { length: count * floatWidth(form), chunks: () => converted(floats, form, loss, signal) };
    return [{ name, dtype: form, shape, content }];
  }
  const scaleName = `${name}_scale`;
  if (taken.has(scaleName)) return [];
  const coding = {
    type: form,
    grouping: perChannel(shape, 0),
    scaleType: 'F32',
    hasZeros: false,
    isExact: false,
  } as const;
  const quantized = quantize(floats, coding, loss, signal);
  const codes = { length: quantized.codeBytes, chunks: () => quantized.codes() };
  const scales = { length: 4 * quantized.scaleCount, chunks: () => [encodeFloats('F32', quantized.scales())] };
  return [
    { name, dtype: form, shape, content: codes },
    { name: scaleName, dtype: 'F32', shape: shape.map((extent, axis) => (axis === 0 ? extent : 1)), content: scales },
  ];
}

function copyOf(
  { name, dtype, shape, offset, byteLength }: TensorRange,
  source: InputFile['source'],
  signal: AbortSignal,
): NewTensor {
  const chunks = (): AsyncIterable<Uint8Array> => streamed(source, signal, offset, offset + byteLength);
  return { name, dtype, shape, content: { length: byteLength, chunks } };
}

/** The same tensor; `done` is called when it was written. */
function told(tensor: NewTensor, done: () => void): NewTensor {
  const { length } = tensor.content;
  return {
    ...tensor,
    content: {
      length,
      async *chunks() {
        yield* tensor.content.chunks();
        done();
      },
    },
  };
}

function reportOf(
  { name, dtype, shape, byteLength }: TensorRange,
  file: string,
  made: readonly NewTensor[],
  { why }: Choice,
  { relativeError, maxError }: Loss,
): ExportedTensor {
  const [own] = made;
  return {
    ...{ name, file, dtype, shape, bytesIn: byteLength, relativeError, maxError },
    bytesOut: made.reduce((sum, { content }) => sum + content.length, 0),
    to: made.length > 1 ? `${own?.dtype ?? ''} per channel` : (own?.dtype ?? ''),
    ...(why !== undefined && { why }),
  };
}
