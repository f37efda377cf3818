import { open, type FileHandle } from 'node:fs/promises';
import type { JointTensor } from '../round/round.ts';
import { readTensor, writeTensor } from '../round/tensor-file.ts';

/** The bias of a layer in a copy of its model. */
export class BiasCopy implements AsyncDisposable {
  readonly #tensor: JointTensor;
  readonly #handle: FileHandle;
  readonly #before: Float32Array;
  readonly #sign: number;

  private constructor(tensor: JointTensor, handle: FileHandle, before: Float32Array, sign: number) {
    [this.#tensor, this.#handle, this.#before, this.#sign] = [tensor, handle, before, sign];
  }

  static async open(
    { layer }: JointTensor,
    biases: readonly JointTensor[],
    copies: readonly string[],
  ): Promise<BiasCopy | undefined> {
    const bias = layer?.bias;
    const tensor = bias && biases.find(({ name }) => name === bias.name);
    if (!tensor) return undefined;
    const handle = await open(copies[tensor.file] ?? '', 'r+');
    return new BiasCopy(tensor, handle, await readTensor(handle, tensor), bias.sign);
  }

  /** Makes good what outputs lost; nothing puts it back. */
  async repair(lost: Float64Array | undefined): Promise<void> {
    const values = this.#before.map((one, at) => one + this.#sign * (lost?.[at] ?? 0));
    await writeTensor(this.#handle, this.#tensor, values);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#handle.close();
  }
}
