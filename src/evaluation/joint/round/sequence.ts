import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileSource } from '../../../engine/io/file-source.ts';
import { ownFolder } from '../../../engine/io/own-folder.ts';
import { readGraph } from '../../../engine/onnx/index.ts';
import type { ModelInputs } from '../../inference/inputs.ts';
import { flatten } from '../../models/flatten.ts';
import type { Captured } from '../calibrate/capture.ts';
import type { RoundedTensor } from './round.ts';
import { sumLayers } from '../calibrate/sum-layers.ts';

/** What models are looked at again with, layer after layer; plain data. */
export interface SequenceRequest extends ModelInputs {
  /** The graph of the original, and of the copy that is rounded. */
  readonly original: string;
  readonly copy: string;
}

/** Looks that are taken at most. */
const mostLooks = 64;

/** Layers that share an input. */
interface Stage {
  readonly tensors: readonly RoundedTensor[];
  readonly isLookedAt: boolean;
}

/** Looks at what layers of a copy are given, now that those before them were rounded, beside what they were given. */
export class Sequence implements AsyncDisposable {
  /** Where sums are that {@link look} names. */
  readonly folder: string;
  readonly #request: SequenceRequest;
  readonly #original: string;
  readonly #owner: AsyncDisposableStack;

  private constructor(folder: string, request: SequenceRequest, original: string, owner: AsyncDisposableStack) {
    [this.folder, this.#request, this.#original, this.#owner] = [folder, request, original, owner];
  }

  static async open(request: SequenceRequest): Promise<Sequence> {
    await using owner = new AsyncDisposableStack();
    const folder = await ownFolder(tmpdir(), 'featherweight-sequence', owner);
    const original = await flatten({ ...request, model: request.original }, folder);
    return new Sequence(folder, request, original, owner.move());
  }

  /**
   * Layers in the order of the graph, such as share an input together. Where there are more of these than looks, some are not
   * looked at: were two in a row made to fit at one look, the second would make good what the first one did already.
   */
  stagesOf(tensors: readonly RoundedTensor[]): readonly Stage[] {
    const orderOf = ({ layer }: RoundedTensor): number => layer?.order ?? 0;
    const sorted = tensors.toSorted((one, other) => orderOf(one) - orderOf(other));
    const byInput = [...Map.groupBy(sorted, ({ layer }) => layer?.input).values()];
    const pitch = Math.max(1, byInput.length / mostLooks);
    return byInput.map((members, place) => ({
      tensors: members,
      // What several layers share is rounded for what all of them are given.
      isLookedAt:
        place > 0 &&
        members.every(({ twins }) => !twins) &&
        Math.floor(place / pitch) !== Math.floor((place - 1) / pitch),
    }));
  }

  /** The same tensors with sums of what their layers are given now. */
  async look(stage: readonly RoundedTensor[]): Promise<readonly RoundedTensor[]> {
    await using opened = new AsyncDisposableStack();
    const take = async (path: string): Promise<Captured> => {
      const place = await mkdtemp(join(this.folder, 'look-'));
      opened.defer(() => rm(place, { recursive: true, force: true }));
      const flat = path === this.#original ? path : await flatten({ ...this.#request, model: path }, place);
      const source = opened.use(await FileSource.open(flat));
      return { source, model: await readGraph(source), place };
    };
    const models = [await take(this.#original), await take(this.#request.copy)] as const;
    const layers = stage.flatMap(({ layer }) => layer ?? []);
    const paths = new Map(layers.map((layer, number) => [layer, `${number}.sums`]));
    const pathOf = (layer: (typeof layers)[number]): string => join(this.folder, paths.get(layer) ?? '');
    await sumLayers(this.#request, models, layers, pathOf, () => undefined);
    return stage.map((tensor) => {
      const { layer } = tensor;
      return layer ? { ...tensor, layer: { ...layer, sums: paths.get(layer) ?? '', isMoved: true } } : tensor;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owner.disposeAsync();
  }
}
