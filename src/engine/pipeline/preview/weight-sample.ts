import { lossOf } from '../../quantizers/loss.ts';
import { isPieceDType } from '../../quantizers/frame.ts';
import { floatWidth } from '../../tensor/floats.ts';
import type { RecipeInput } from '../approximate/recipe.ts';
import type { PlacedTensor, SampledModel } from './sampled-model.ts';

/** What a recipe comes to, from really approximating samples of some tensors. */
export interface RecipeEstimate {
  /** Bits in the archive for each number of a float tensor, those included that stay exact. */
  readonly bitsPerWeight: number;
  /** About what the archive comes to. */
  readonly bytesOut: number;
  /**
   * ‖after − before‖ / ‖before‖ of each tensor, as root mean square over all weights; 0 for those that stay exact. Of
   * weights, not of what the model answers.
   */
  readonly relativeError: number;
  /** Those that were sampled, with the bits of each number. */
  readonly tensors: readonly { readonly file: string; readonly name: string; readonly bitsPerWeight: number }[];
}

/** A tensor and how many bytes of the model it stands for. */
interface Pick extends PlacedTensor {
  readonly bytes: number;
}

/** Samples of a model's float tensors, chosen by their bytes: each recipe is tried on the same. */
export class WeightSample {
  readonly #model: SampledModel;
  readonly #picks: readonly Pick[];
  readonly #floats: readonly PlacedTensor[];
  readonly #floatBytes: number;
  readonly #sampleBytes: number;
  readonly #exact = new Map<Pick, Promise<number>>();
  #others: Promise<number> | undefined;

  /** Looks at `places` tensors, at most twice as many, and `sampleBytes` of each. */
  constructor(model: SampledModel, { places, sampleBytes }: { readonly places: number; readonly sampleBytes: number }) {
    this.#sampleBytes = sampleBytes;
    const floats = model.tensors().filter(({ tensor: { dtype } }) => isPieceDType(dtype));
    this.#model = model;
    this.#floats = floats;
    this.#floatBytes = floats.reduce((sum, { tensor }) => sum + tensor.byteLength, 0);
    this.#picks = pick(floats, places);
  }

  /** Tries a recipe. Throws `USAGE` for one that is none. */
  async estimate(given: RecipeInput): Promise<RecipeEstimate> {
    const recipe = await this.#model.recipeOf(given);
    let [weights, bits, errors, picked] = [0, 0, 0, 0];
    const tensors = await Promise.all(
      this.#picks.map(async (one) => {
        const tried = await this.#model.try(one, recipe, this.#sampleBytes);
        const { dtype } = one.tensor;
        const count = one.bytes / (isPieceDType(dtype) ? floatWidth(dtype) : 1);
        const each = tried.kind === 'kept' ? await this.#exactBits(one) : tried.bitsPerWeight;
        const error = tried.kind === 'kept' ? 0 : lossOf(tried.loss).relativeL2;
        [weights, bits, errors, picked] = [
          weights + count,
          bits + count * each,
          errors + count * error ** 2,
          picked + one.bytes,
        ];
        const file = this.#model.files[one.file]?.name ?? '';
        return { file, name: one.tensor.name, bitsPerWeight: each };
      }),
    );
    const others = ((this.#model.bytes - this.#floatBytes) * (await this.#otherBits())) / 8;
    const scale = picked > 0 ? this.#floatBytes / picked : 0;
    return {
      bitsPerWeight: weights > 0 ? bits / weights : 0,
      bytesOut: Math.round((bits / 8) * scale + others),
      relativeError: weights > 0 ? Math.sqrt(errors / weights) : 0,
      tensors,
    };
  }

  #otherBits(): Promise<number> {
    return (this.#others ??= this.#model.otherBits(this.#floats, this.#sampleBytes));
  }

  /** Coded once, however many recipes keep the tensor. */
  #exactBits(one: Pick): Promise<number> {
    const known = this.#exact.get(one) ?? this.#model.exactBits(one, this.#sampleBytes);
    this.#exact.set(one, known);
    return known;
  }
}

/** Every tensor of more than one of `places` parts of all bytes, and of the others those at evenly spread places. */
function pick(tensors: readonly PlacedTensor[], places: number): readonly Pick[] {
  const sizes = tensors.toSorted((a, b) => b.tensor.byteLength - a.tensor.byteLength);
  const bytesOf = (some: readonly PlacedTensor[]): number =>
    some.reduce((sum, { tensor }) => sum + tensor.byteLength, 0);
  const part = bytesOf(sizes) / places;
  const large = sizes.filter(({ tensor }) => tensor.byteLength >= part);
  const others = sizes.slice(large.length);
  const total = bytesOf(others);
  const wanted = Math.min(places, others.length);
  const found = large.map((placed): Pick => ({ ...placed, bytes: placed.tensor.byteLength }));
  let [next, end] = [0, 0];
  for (const placed of others) {
    end += placed.tensor.byteLength;
    const first = next;
    while (next < wanted && ((next + 0.5) * total) / wanted < end) next++;
    if (next > first) found.push({ ...placed, bytes: ((next - first) * total) / wanted });
  }
  return found;
}
