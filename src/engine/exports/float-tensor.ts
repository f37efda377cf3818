import type { ByteSource } from '../io/source.ts';
import { decodeFloats, encodeFloats, floatWidth, isFloat, type FloatDType } from '../tensor/floats.ts';
import type { TensorRange } from '../tensor/tensor.ts';
import type { Loss } from './loss.ts';

/** A tensor of floats in a file, read piece by piece. */
export interface FloatTensor {
  readonly name: string;
  readonly dtype: FloatDType;
  readonly shape: readonly number[];
  readonly count: number;
  readonly source: ByteSource;
  readonly offset: number;
}

/** Elements that are worked on at a time: 1 MiB of single precision. */
export const pieceElements = 2 ** 18;

/** The tensor at this range of a file; `undefined` where it is no floats, or not as long as its shape says. */
export function floatTensor(
  source: ByteSource,
  { name, dtype, shape, offset, byteLength }: TensorRange,
): FloatTensor | undefined {
  if (!isFloat(dtype) || dtype === 'F8_E8M0') return undefined;
  const count = shape.reduce((product, extent) => product * extent, 1);
  if (count * floatWidth(dtype) !== byteLength || offset + byteLength > source.size) return undefined;
  return { name, dtype, shape, count, source, offset };
}

/** `count` elements from `start`, as single precision. */
export async function readFloats(
  { dtype, source, offset }: FloatTensor,
  start: number,
  count: number,
): Promise<Float32Array> {
  const width = floatWidth(dtype);
  const bytes = new Uint8Array(count * width);
  await source.read(offset + start * width, bytes);
  return dtype === 'F32' ? new Float32Array(bytes.buffer) : decodeFloats(dtype, bytes);
}

/** All elements in order, at most {@link pieceElements} at a time. */
export async function* pieces(
  tensor: FloatTensor,
  signal: AbortSignal,
): AsyncGenerator<{ readonly start: number; readonly values: Float32Array }, void, undefined> {
  for (let start = 0; start < tensor.count; start += pieceElements) {
    signal.throwIfAborted();
    yield { start, values: await readFloats(tensor, start, Math.min(pieceElements, tensor.count - start)) };
  }
}

/** The elements in another float type; what they lose goes to `loss`. */
export async function* converted(
  tensor: FloatTensor,
  form: 'BF16' | 'F16',
  loss: Loss,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const { values } of pieces(tensor, signal)) {
    const bytes = encodeFloats(form, values);
    loss.addAll(values, decodeFloats(form, bytes));
    yield bytes;
  }
}
