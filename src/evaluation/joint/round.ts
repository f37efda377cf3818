import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { allocateFloat32, prepareFeedback, roundWithFeedback, type Rate } from '../../engine/feedback/index.ts';
import { FileSource } from '../../engine/io/file-source.ts';
import { Workspace } from '../../engine/kernels/workspace.ts';
import { blocksOf, strideOf, sumsHeaderBytes, type CalibratedLayer } from './calibrate.ts';

/** A float32 tensor of a model on disk. Plain data. */
export interface JointTensor {
  readonly name: string;
  /** Number of the file in the model, its path, and where the numbers begin. */
  readonly file: number;
  readonly offset: number;
  readonly count: number;
  /** Absent: rounded without feedback. */
  readonly layer?: CalibratedLayer | undefined;
}

/** Bits per code below which rounding looks at what codes cost. */
const pricedBelow = 2.3;
/** What a bit is worth in squared steps where rate and distortion trade evenly: ln 2 / 6. */
const evenPrice = Math.LN2 / 6;
const mostCode = 255;

export interface RoundOptions {
  readonly feedback: boolean;
  readonly rate: boolean;
}

/** Rounds weights to multiples of a step, with the errors fed back where inputs are known. Returns bits per code. */
export async function roundTensor(
  values: Float32Array,
  { layer }: Pick<JointTensor, 'layer'>,
  step: number,
  folder: string,
  { feedback, rate }: RoundOptions,
): Promise<number> {
  const plain = codeBits(values, step);
  const priced: Rate | undefined =
    rate && plain.mean < pricedBelow ? { price: evenPrice, bits: plain.bits } : undefined;
  if (feedback && layer) await roundLayer(values, layer, step, join(folder, layer.sums), priced);
  else
    for (let place = 0; place < values.length; place++) values[place] = codeOf(values[place] ?? 0, step, priced) * step;
  return codeBits(values, step).mean;
}

function codeOf(value: number, step: number, rate: Rate | undefined): number {
  const wanted = value / step;
  const code = Math.round(wanted);
  if (!rate || code === 0) return code;
  const cost = (one: number): number =>
    (wanted - one) ** 2 + rate.price * (rate.bits[Math.max(-mostCode, Math.min(mostCode, one)) + mostCode] ?? 0);
  return [code, code - Math.sign(code), 0].reduce((best, one) => (cost(one) < cost(best) ? one : best));
}

async function roundLayer(
  values: Float32Array,
  layer: CalibratedLayer,
  step: number,
  sumsPath: string,
  rate: Rate | undefined,
): Promise<void> {
  const { rows, columns, groups, isTransposed } = layer;
  await using source = await FileSource.open(sumsPath);
  const blocks = blocksOf(layer);
  const largest = blocks.reduce((most, { size }) => Math.max(most, size), 1);
  // Sums, factor in double precision, shares and the lanes of a sweep.
  const workspace = new Workspace(largest * largest * 16 + 4 * strideOf(largest) ** 2 + largest * 400 + 2 ** 16);
  let offset = sumsHeaderBytes;
  for (const { group, first, size } of blocks) {
    const mark = workspace.mark();
    const stride = strideOf(size);
    const sums = allocateFloat32(stride * stride, workspace);
    const bytes = new Uint8Array(sums.byteLength);
    await source.read(offset, bytes);
    offset += bytes.length;
    new Uint8Array(sums.buffer, sums.byteOffset, sums.byteLength).set(bytes);
    const feedback = prepareFeedback(sums, stride, size, workspace);
    const firstRow = group * (rows / groups);
    const at = isTransposed
      ? (row: number, column: number) => (first + column) * rows + row
      : (row: number, column: number) => (firstRow + row) * columns + first + column;
    if (feedback) roundWithFeedback(values, { rows: rows / groups, step, at }, feedback, workspace, rate);
    else
      for (let row = 0; row < rows / groups; row++)
        for (let column = 0; column < size; column++) {
          const place = at(row, column);
          values[place] = codeOf(values[place] ?? 0, step, rate) * step;
        }
    workspace.release(mark);
  }
}

/** What the codes of values would take without contexts: on average, and each of those near 0. */
export function codeBits(values: Float32Array, step: number): { readonly mean: number; readonly bits: Float32Array } {
  const counts = new Map<number, number>();
  for (const value of values) {
    const code = Math.round(value / step);
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  let mean = 0;
  for (const count of counts.values()) mean -= (count / values.length) * Math.log2(count / values.length);
  const bits = Float32Array.from({ length: 2 * mostCode + 1 }, (_, place) =>
    Math.log2(values.length / ((counts.get(place - mostCode) ?? 0) + 0.25)),
  );
  return { mean, bits };
}

/** All numbers of a tensor. */
export async function readTensor(
  handle: FileHandle | FileSource,
  { offset, count }: JointTensor,
): Promise<Float32Array> {
  const values = new Float32Array(count);
  const bytes = new Uint8Array(values.buffer);
  if (handle instanceof FileSource) await handle.read(offset, bytes);
  else
    for (let done = 0; done < bytes.length;)
      done += (await handle.read(bytes, done, bytes.length - done, offset + done)).bytesRead;
  return values;
}

export async function writeTensor(handle: FileHandle, { offset }: JointTensor, values: Float32Array): Promise<void> {
  await handle.write(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), 0, values.byteLength, offset);
}

/** What is to be rounded into a copy of a model; plain data. */
export interface RoundRequest {
  /** Of the original, and of the copy that is written to. */
  readonly files: readonly string[];
  readonly copies: readonly string[];
  readonly folder: string;
  readonly tensors: readonly (JointTensor & { readonly step: number })[];
  readonly options: RoundOptions;
}

/** Writes rounded weights of the original into the copy; bits per code of each tensor. */
export async function roundAll(
  { files, copies, folder, tensors, options }: RoundRequest,
  onProgress: (done: number, total: number) => void,
): Promise<readonly number[]> {
  await using opened = new AsyncDisposableStack();
  const sources = await Promise.all(files.map(async (path) => opened.use(await FileSource.open(path))));
  const targets = await Promise.all(
    copies.map(async (path) => opened.adopt(await open(path, 'r+'), (handle) => handle.close())),
  );
  const bits: number[] = [];
  for (const [number, tensor] of tensors.entries()) {
    const [source, target] = [sources[tensor.file], targets[tensor.file]];
    if (!source || !target) continue;
    const values = await readTensor(source, tensor);
    bits.push(await roundTensor(values, tensor, tensor.step, folder, options));
    await writeTensor(target, tensor, values);
    onProgress(number + 1, tensors.length);
  }
  return bits;
}
