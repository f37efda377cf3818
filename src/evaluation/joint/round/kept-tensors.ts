import { writeFile } from 'node:fs/promises';
import { FileSource } from '../../../engine/io/file-source.ts';
import { bytesOf, keyOf, KeptWork } from './kept-work.ts';
import type { Rounded, RoundedTensor } from './round.ts';
import { readTensor } from './tensor-file.ts';

/** What JSON can hold of what became of a tensor. */
interface KnownRounding {
  readonly bits: number;
  readonly books?: { readonly size: number; readonly books: readonly number[] } | undefined;
  readonly lost?: readonly number[];
}

/** Rounded tensors that stay from one run to the next, each by what it was rounded to and how. */
export class RoundedTensors {
  readonly #kept: KeptWork<KnownRounding>;
  readonly #how: string;
  /** What layers are given follows from it. */
  #given = '';

  /** `how` is all that tensors are rounded by, but for their steps. */
  constructor(folder: string, how: object) {
    this.#kept = new KeptWork(folder);
    this.#how = JSON.stringify(how);
  }

  /** Tells that layers are given from now on what these tensors give when they are rounded. */
  passed(tensors: readonly RoundedTensor[]): void {
    this.#given = keyOf(this.#given, ...tensors.map((tensor) => this.#keyOf(tensor)));
  }

  /** Whether these were rounded before. */
  async have(tensors: readonly RoundedTensor[]): Promise<boolean> {
    for (const tensor of tensors) if (!(await this.#kept.take(this.#keyOf(tensor)))) return false;
    return true;
  }

  /**
   * Rounds `values` of a tensor, to which `more` was added before, in their place: by `round`, or as that was done in an earlier
   * run.
   */
  async round(
    values: Float32Array,
    tensor: RoundedTensor,
    more: Float64Array | undefined,
    round: () => Promise<Rounded>,
  ): Promise<Rounded> {
    const key = this.#keyOf(tensor, more);
    const before = await this.#kept.take(key);
    if (before) {
      await using source = await FileSource.open(before.path);
      values.set(await readTensor(source, { offset: 0, count: values.length, dtype: 'F32' }));
      const { bits, books, lost } = before.known;
      const known = books && { size: books.size, books: Float32Array.from(books.books) };
      return { bits, books: known, ...(lost && { lost: Float64Array.from(lost) }) };
    }
    const rounded = await round();
    const { bits, books, lost } = rounded;
    const plain = books && { size: books.size, books: Array.from(books.books) };
    await this.#kept.put(key, { bits, books: plain, ...(lost && { lost: Array.from(lost) }) }, (path) =>
      writeFile(path, bytesOf(values)),
    );
    return rounded;
  }

  #keyOf(tensor: RoundedTensor, more?: Float64Array): string {
    return keyOf(this.#how, this.#given, ...causesOf(tensor), bytesOf(more ?? nothing));
  }
}

/** All that tells what a tensor is rounded to. */
export function causesOf(tensor: RoundedTensor): readonly (string | Uint8Array)[] {
  if ('by' in tensor) return [tensor.name, JSON.stringify(tensor.by)];
  const { pricing = 'none', isLearned = false } = tensor;
  const { along, steps, direction = 'none' } = tensor.told;
  return [tensor.name, along, bytesOf(steps), direction, pricing, String(isLearned)];
}

const nothing = new Float64Array();
