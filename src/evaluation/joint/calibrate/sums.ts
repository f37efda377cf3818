import { open } from 'node:fs/promises';
import { allocateFloat32, feedbackKernel, samplesAtOnce } from '../../../engine/feedback/index.ts';
import { FileSource } from '../../../engine/io/file-source.ts';
import { writeAside } from '../../../engine/io/own-folder.ts';
import { Workspace } from '../../../engine/kernels/workspace.ts';
import { eachSample } from './columns.ts';
import type { Layer } from '../layers/layers.ts';
import type { Values } from '../../inputs/tensor.ts';

/** Inputs beyond this are taken as independent of those of other blocks. */
export const mostTogether = 4096;
/** The runs of inputs of a layer that are looked at together, group by group. */
export function blocksOf({ columns, groups }: Pick<Layer, 'columns' | 'groups'>): readonly {
  readonly group: number;
  readonly first: number;
  readonly size: number;
}[] {
  const parts = Math.ceil(columns / mostTogether);
  const each = Math.ceil(columns / parts);
  return Array.from({ length: groups * parts }, (_, block) => {
    const first = (block % parts) * each;
    return { group: Math.floor(block / parts), first, size: Math.min(each, columns - first) };
  });
}

/** The length of a row of a block's sums. */
export const strideOf = (size: number): number => (size + 3) & ~3;

/** What the sums of a layer take in memory and on disk, in bytes. */
export function sumBytes(layer: Layer): number {
  return blocksOf(layer).reduce((sum, { size }) => sum + 4 * strideOf(size) ** 2, 0);
}

/** One block's sums, and what waits to be added. */
interface Summed {
  readonly group: number;
  readonly first: number;
  readonly size: number;
  readonly waiting: Float32Array;
  readonly sums: Float32Array;
  /** Differences that wait, and stride × stride sums of products: row of the input, column of the difference. */
  readonly moves?: { readonly waiting: Float32Array; readonly sums: Float32Array };
}

/** Sums of products of one layer's inputs; where they moved, also of the inputs and how they differ from what they were. */
export class Sums {
  readonly layer: Layer;
  readonly #workspace: Workspace;
  readonly #blocks: readonly Summed[];
  /** Of each input of each group; behind those, of how they differ. */
  readonly #totals: Float64Array;
  #waiting = 0;
  #samples = 0;
  #places = 0;

  constructor(layer: Layer, isMoved: boolean) {
    this.layer = layer;
    const blocks = blocksOf(layer);
    const times = isMoved ? 2 : 1;
    const bytes = blocks.reduce(
      (all, { size }) => all + times * (4 * strideOf(size) * (strideOf(size) + samplesAtOnce) + 512),
      0,
    );
    const workspace = new Workspace(bytes);
    const room = (size: number): Pick<Summed, 'waiting' | 'sums'> => ({
      waiting: allocateFloat32(strideOf(size) * samplesAtOnce, workspace),
      sums: allocateFloat32(strideOf(size) ** 2, workspace),
    });
    this.#workspace = workspace;
    this.#blocks = blocks.map((block) => ({
      ...block,
      ...room(block.size),
      ...(isMoved && { moves: room(block.size) }),
    }));
    this.#totals = new Float64Array(times * layer.groups * layer.columns);
  }

  /** Adds what one of some `runs` gave, and what it was `before` it moved. */
  add(value: Values, runs: number, before?: Values): void {
    const { groups, columns } = this.layer;
    // Three samples for each input tell enough; a layer that is the same at many places gives far more.
    const most = Math.ceil(Math.max(4096, Math.min(16_384, 3 * columns)) / Math.max(1, runs));
    const each = groups * columns;
    const were: Float32Array[] = [];
    if (before)
      eachSample(this.layer, before, most, (sample) => {
        were.push(Float32Array.from({ length: each }, (_, at) => sample(Math.floor(at / columns), at % columns)));
      });
    let number = 0;
    this.#places += eachSample(this.layer, value, most, (sample) => {
      const was = were[number++];
      for (const { group, first, size, waiting, moves } of this.#blocks) {
        const start = this.#waiting * strideOf(size);
        const total = group * columns + first;
        for (let column = 0; column < size; column++) {
          const one = sample(group, first + column);
          waiting[start + column] = one;
          this.#totals[total + column] = (this.#totals[total + column] ?? 0) + one;
          if (!moves || !was) continue;
          const move = (was[total + column] ?? 0) - one;
          moves.waiting[start + column] = move;
          this.#totals[each + total + column] = (this.#totals[each + total + column] ?? 0) + move;
        }
      }
      this.#samples++;
      if (++this.#waiting === samplesAtOnce) this.#flush();
    });
  }

  #flush(): void {
    const kernel = feedbackKernel(this.#workspace);
    for (const { size, waiting, sums, moves } of this.#blocks) {
      const stride = strideOf(size);
      kernel.accumulate(waiting, samplesAtOnce, stride, sums);
      if (moves) kernel.accumulateProducts(waiting, moves.waiting, samplesAtOnce, stride, moves.sums);
      waiting.fill(0);
      moves?.waiting.fill(0);
    }
    this.#waiting = 0;
  }

  /** Writes the numbers of samples and of places, totals, and sums block by block; under its name only when it is complete. */
  async write(path: string): Promise<void> {
    this.#flush();
    await writeAside(path, (unfinished) => this.#writeTo(unfinished));
  }

  async #writeTo(path: string): Promise<void> {
    const handle = await open(path, 'w');
    try {
      await handle.writeFile(new Uint8Array(Float64Array.of(this.#samples, this.#places).buffer));
      await handle.writeFile(new Uint8Array(this.#totals.buffer));
      for (const block of this.#blocks)
        for (const { sums } of block.moves ? [block, block.moves] : [block]) {
          const bytes = new Uint8Array(sums.buffer, sums.byteOffset, sums.byteLength);
          for (let at = 0; at < bytes.length; at += 2 ** 22) await handle.writeFile(bytes.slice(at, at + 2 ** 22));
        }
    } finally {
      await handle.close();
    }
  }
}

/** A file of {@link Sums}, read block by block in order. */
export class SumsFile implements AsyncDisposable {
  readonly samples: number;
  readonly totals: Float64Array;
  readonly #source: FileSource;
  #offset: number;

  private constructor(source: FileSource, samples: number, totals: Float64Array) {
    [this.#source, this.samples, this.totals] = [source, samples, totals];
    this.#offset = headBytes + totals.byteLength;
  }

  static async open(
    path: string,
    { groups, columns }: Pick<Layer, 'groups' | 'columns'>,
    isMoved: boolean,
  ): Promise<SumsFile> {
    const source = await FileSource.open(path);
    const { samples } = await countsIn(source);
    const totals = new Float64Array((isMoved ? 2 : 1) * groups * columns);
    await source.read(headBytes, new Uint8Array(totals.buffer));
    return new SumsFile(source, samples, totals);
  }

  /** The next stride × stride sums. */
  async next(size: number, workspace: Workspace): Promise<Float32Array> {
    const sums = allocateFloat32(strideOf(size) ** 2, workspace);
    const bytes = new Uint8Array(sums.byteLength);
    await this.#source.read(this.#offset, bytes);
    this.#offset += bytes.length;
    new Uint8Array(sums.buffer, sums.byteOffset, sums.byteLength).set(bytes);
    return sums;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#source[Symbol.asyncDispose]();
  }
}

/** Bytes of files that are added up at once; doubles and floats fit into it. */
const addedBytes = 2 ** 20;

/** Writes a file of {@link Sums} of all that files of layers that see their inputs in the same way summed, which did not move. */
export async function addSums(
  paths: readonly string[],
  { groups, columns }: Pick<Layer, 'groups' | 'columns'>,
  path: string,
): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const sources = await Promise.all(paths.map(async (one) => opened.use(await FileSource.open(one))));
  const size = sources[0]?.size ?? 0;
  const doubles = headBytes + 8 * groups * columns;
  await writeAside(path, async (unfinished) => {
    const target = await open(unfinished, 'w');
    try {
      for (let at = 0; at < size;) {
        const length = Math.min(at < doubles ? doubles - at : size - at, addedBytes);
        const sum = new (at < doubles ? Float64Array : Float32Array)(length / (at < doubles ? 8 : 4));
        for (const source of sources) {
          const bytes = new Uint8Array(length);
          await source.read(at, bytes);
          const more = at < doubles ? new Float64Array(bytes.buffer) : new Float32Array(bytes.buffer);
          more.forEach((one, place) => (sum[place] = (sum[place] ?? 0) + one));
        }
        await target.writeFile(new Uint8Array(sum.buffer));
        at += length;
      }
    } finally {
      // Not every system renames a file that is open.
      await target.close();
    }
  });
}

/** How many inputs were summed, of how many that the layer was given. */
export interface SampleCounts {
  readonly samples: number;
  readonly places: number;
}

const headBytes = 16;

/** Of a file of {@link Sums}. */
export async function countsIn(source: FileSource): Promise<SampleCounts> {
  const counts = new Float64Array(headBytes / 8);
  await source.read(0, new Uint8Array(counts.buffer));
  const [samples = 0, places = 0] = counts;
  return { samples, places };
}
