import type { FileHandle } from 'node:fs/promises';
import { FileSource } from '../../../engine/io/file-source.ts';
import { decodeFloats, encodeFloats, floatWidth } from '../../../engine/tensor/floats.ts';
import type { JointDType, JointTensor } from './round.ts';

/** All numbers of a tensor. */
export async function readTensor(
  handle: FileHandle | FileSource,
  { offset, count, dtype }: Pick<JointTensor, 'offset' | 'count' | 'dtype'>,
): Promise<Float32Array> {
  const bytes = new Uint8Array(floatWidth(dtype) * count);
  if (handle instanceof FileSource) await handle.read(offset, bytes);
  else
    for (let done = 0; done < bytes.length;)
      done += (await handle.read(bytes, done, bytes.length - done, offset + done)).bytesRead;
  return dtype === 'F32' ? new Float32Array(bytes.buffer) : decodeFloats(dtype, bytes);
}

/** Makes of numbers what is left of them when they are stored so: these, or those that are nearest. */
export function storeAs(dtype: JointDType, values: Float32Array): void {
  if (dtype !== 'F32') decodeFloats(dtype, encodeFloats(dtype, values), values);
}

/** Writes numbers of a tensor, and of those that have the same, into files by their numbers. */
export async function writeEverywhere(
  files: readonly FileHandle[],
  tensor: JointTensor,
  values: Float32Array,
): Promise<void> {
  for (const each of [tensor, ...(tensor.twins ?? [])]) {
    const handle = files[each.file];
    if (handle) await writeTensor(handle, each, values);
  }
}

export async function writeTensor(
  handle: FileHandle,
  { offset, dtype }: JointTensor,
  values: Float32Array,
): Promise<void> {
  const bytes = encodeFloats(dtype, values);
  await handle.write(bytes, 0, bytes.length, offset);
}
