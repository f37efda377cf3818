import { open, rename } from 'node:fs/promises';
import { allocateFloat32, feedbackKernel, samplesAtOnce } from '../../engine/feedback/index.ts';
import { FileSource } from '../../engine/io/file-source.ts';
import { Workspace } from '../../engine/kernels/workspace.ts';
import { eachSample } from './columns.ts';
import type { Layer } from './layers.ts';

/** Inputs beyond this are taken as independent of those of other blocks. */
const mostTogether = 4096;
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

/** Sums of products of one layer's inputs. */
export class Sums {
  readonly layer: Layer;
  readonly #workspace: Workspace;
  readonly #blocks: readonly {
    readonly group: number;
    readonly first: number;
    readonly size: number;
    readonly waiting: Float32Array;
    readonly sums: Float32Array;
  }[];
  #waiting = 0;
  #samples = 0;

  constructor(layer: Layer) {
    this.layer = layer;
    const blocks = blocksOf(layer);
    const bytes = blocks.reduce(
      (all, { size }) => all + 4 * strideOf(size) * (strideOf(size) + samplesAtOnce) + 512,
      0,
    );
    this.#workspace = new Workspace(bytes);
    this.#blocks = blocks.map((block) => ({
      ...block,
      waiting: allocateFloat32(strideOf(block.size) * samplesAtOnce, this.#workspace),
      sums: allocateFloat32(strideOf(block.size) ** 2, this.#workspace),
    }));
  }

  /** Adds what one of some `runs` gave. */
  add(value: Parameters<typeof eachSample>[1], runs: number): void {
    // Three samples for each input tell enough; a layer that is the same at many places gives far more.
    const most = Math.ceil(Math.max(4096, Math.min(16_384, 3 * this.layer.columns)) / Math.max(1, runs));
    eachSample(this.layer, value, most, (sample) => {
      for (const { group, first, size, waiting } of this.#blocks) {
        const start = this.#waiting * strideOf(size);
        for (let column = 0; column < size; column++) waiting[start + column] = sample(group, first + column);
      }
      this.#samples++;
      if (++this.#waiting === samplesAtOnce) this.#flush();
    });
  }

  #flush(): void {
    const kernel = feedbackKernel(this.#workspace);
    for (const { size, waiting, sums } of this.#blocks) {
      kernel.accumulate(waiting, samplesAtOnce, strideOf(size), sums);
      waiting.fill(0);
    }
    this.#waiting = 0;
  }

  /** Writes the number of samples, then the sums; under its name only when it is complete. */
  async write(path: string): Promise<void> {
    this.#flush();
    const handle = await open(`${path}.partial`, 'w');
    try {
      await handle.writeFile(new Uint8Array(Float64Array.of(this.#samples).buffer));
      for (const { sums } of this.#blocks) {
        const bytes = new Uint8Array(sums.buffer, sums.byteOffset, sums.byteLength);
        for (let at = 0; at < bytes.length; at += 2 ** 22) await handle.writeFile(bytes.slice(at, at + 2 ** 22));
      }
    } finally {
      await handle.close();
    }
    await rename(`${path}.partial`, path);
  }
}

/** Bytes before the sums in a file of them. */
export const sumsHeaderBytes = 8;

export async function samplesIn(path: string): Promise<number> {
  await using source = await FileSource.open(path);
  const count = new Float64Array(1);
  await source.read(0, new Uint8Array(count.buffer));
  return count[0] ?? 0;
}
