import type { FileHandle } from 'node:fs/promises';
import { FileSource } from '../../../engine/io/file-source.ts';
import type { JointTensor } from './round.ts';

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

export async function writeTensor(handle: FileHandle, { offset }: JointTensor, values: Float32Array): Promise<void> {
  await handle.write(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), 0, values.byteLength, offset);
}
