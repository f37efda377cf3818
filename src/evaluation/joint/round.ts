import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import {
  allocateFloat32,
  prepareFeedback,
  roundWithFeedback,
  type Rate,
  type Rows,
} from '../../engine/feedback/index.ts';
import { FileSource } from '../../engine/io/file-source.ts';
import { Workspace } from '../../engine/kernels/workspace.ts';
import type { ToldSteps } from '../../engine/quantizers/quantizer.ts';
import type { CalibratedLayer } from './calibrate.ts';
import { entropyOf } from './entropy.ts';
import { outputsOf, stepAt } from './spread.ts';
import { blocksOf, strideOf, sumsHeaderBytes } from './sums.ts';

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

/** A tensor that is to be rounded, and to what. Plain data. */
export interface RoundedTensor extends JointTensor {
  readonly told: ToldSteps;
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

/** Rounds weights to multiples of their steps, with the errors fed back where inputs are known. Returns bits per code. */
export async function roundTensor(
  values: Float32Array,
  { layer, told }: Pick<RoundedTensor, 'layer' | 'told'>,
  folder: string,
  { feedback, rate }: RoundOptions,
): Promise<number> {
  const step = stepAt(told, values.length);
  const priced = rate && entropyOf(values, told)(1) < pricedBelow ? pricesOf(values, step) : undefined;
  const fits = layer !== undefined && (told.along === 'tensor' || told.along === outputsOf(layer));
  if (feedback && fits) await roundLayer(values, layer, told, join(folder, layer.sums), priced);
  else for (let at = 0; at < values.length; at++) values[at] = codeOf(values[at] ?? 0, step(at), priced) * step(at);
  return entropyOf(values, told)(1);
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
  told: ToldSteps,
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
    const block: Rows = {
      rows: rows / groups,
      step: (row) => told.steps[told.along === 'tensor' ? 0 : firstRow + row] ?? 1,
      at: isTransposed
        ? (row, column) => (first + column) * rows + row
        : (row, column) => (firstRow + row) * columns + first + column,
    };
    if (feedback) roundWithFeedback(values, block, feedback, workspace, rate);
    else roundPlainly(values, block, size, rate);
    workspace.release(mark);
  }
}

function roundPlainly(values: Float32Array, { rows, step, at }: Rows, size: number, rate: Rate | undefined): void {
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < size; column++) {
      const place = at(row, column);
      values[place] = codeOf(values[place] ?? 0, step(row), rate) * step(row);
    }
}

/** What codes of values cost, by their frequencies. */
function pricesOf(values: Float32Array, step: (at: number) => number): Rate {
  const counts = new Float64Array(2 * mostCode + 1);
  for (let at = 0; at < values.length; at++) {
    const place = Math.max(-mostCode, Math.min(mostCode, Math.round((values[at] ?? 0) / step(at)))) + mostCode;
    counts[place] = (counts[place] ?? 0) + 1;
  }
  return { price: evenPrice, bits: Float32Array.from(counts, (count) => Math.log2(values.length / (count + 0.25))) };
}

/** All numbers of a tensor. */
export async function readTensor(
  handle: FileHandle | FileSource,
  { offset, count }: Pick<JointTensor, 'offset' | 'count'>,
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
  readonly tensors: readonly RoundedTensor[];
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
    bits.push(await roundTensor(values, tensor, folder, options));
    await writeTensor(target, tensor, values);
    onProgress(number + 1, tensors.length);
  }
  return bits;
}
