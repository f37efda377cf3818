import { Regression } from '../../engine/feedback/regression.ts';
import { Workspace } from '../../engine/kernels/workspace.ts';
import type { Layer } from '../joint/layers/layers.ts';
import { placeIn } from '../joint/round/round-layer.ts';
import { strideOf, SumsFile } from '../joint/calibrate/sums.ts';
import { energyOf, Removal, type Trust } from './removal.ts';

/** A layer that sums over channels: its weights, and the file of the sums of its inputs. */
export interface ReadingLayer {
  readonly layer: Layer;
  readonly weights: Float32Array;
  readonly sums: string;
  /** How many channels its inputs are of. */
  readonly channels: number;
}

/** What a layer becomes without some channels; their weights are left as they were. */
interface Compensated {
  readonly weights: Float32Array;
  /** What is to be added to each output. */
  readonly shifts: Float64Array;
}

/**
 * What a layer gives when channels that it reads are taken away, the weights of the others making that good. Source: Hassibi and Stork,
 * Second Order Derivatives for Network Pruning (1993), for several weights at once and with the outputs' squared error in the place of the
 * loss: taking the inputs B away costs W_B (H⁻¹_BB)⁻¹ W_Bᵀ, and adds −W_B (H⁻¹_BB)⁻¹ H⁻¹_B to the other weights.
 */
export class ChannelReader {
  readonly #task: ReadingLayer;
  readonly #products: Float64Array;
  readonly #means: Float64Array;
  readonly #run: number;
  readonly #trust: Trust;

  private constructor(task: ReadingLayer, products: Float64Array, means: Float64Array, trust: Trust) {
    [this.#task, this.#products, this.#means, this.#trust] = [task, products, means, trust];
    this.#run = task.layer.columns / task.channels;
  }

  /** `undefined` where the layer was given nothing that moved. */
  static async open(task: ReadingLayer): Promise<ChannelReader | undefined> {
    const { layer, sums } = task;
    const { columns, bias } = layer;
    const stride = strideOf(columns);
    await using file = await SumsFile.open(sums, layer, false);
    const { samples, totals } = file;
    if (samples === 0) return undefined;
    const summed = await file.next(columns, new Workspace(4 * stride ** 2 + 1024));
    // Without a bias to put it into, what inputs are on average is as much to be kept as how they move.
    const means = totals.map((total) => (bias ? total / samples : 0));
    const products = new Float64Array(columns * columns);
    for (let row = 0; row < columns; row++)
      for (let column = row; column < columns; column++)
        products[row * columns + column] =
          (summed[row * stride + column] ?? 0) / samples - (means[row] ?? 0) * (means[column] ?? 0);
    const ridge = ridgeOf(products, columns, samples);
    if (ridge === undefined) return undefined;
    for (let row = 0; row < columns; row++)
      products[row * columns + row] = Math.max(0, products[row * columns + row] ?? 0) + ridge;
    return new ChannelReader(task, products, means, { samples, ridge });
  }

  /** Begins taking away channels, one after the other. */
  begin(): Removal {
    const { columns } = this.#task.layer;
    const regression = new Regression(this.#products, columns);
    const weights = this.#rowsOfWeights();
    const whole = energyOf(weights, this.#products, columns);
    regression.turn(Array.from({ length: columns }, (_, column) => column));
    return new Removal(regression, weights, { run: this.#run, whole, ...this.#trust });
  }

  /** The layer with these channels alone. */
  withOnly(kept: readonly number[]): Compensated {
    const { layer, weights: given } = this.#task;
    const { rows, columns } = layer;
    const regression = new Regression(this.#products, columns);
    const used = kept.flatMap((channel) => this.#columnsOf(channel));
    regression.turn(used);
    const lost = Array.from({ length: columns }, (_, column) => column).filter((column) => !regression.isUsed(column));
    const place = placeIn(layer);
    const weights = given.slice();
    const shifts = new Float64Array(rows);
    for (const column of lost) {
      const shares = used.map((other) => regression.at(column, other));
      const mean = used.reduce(
        (rest, other, at) => rest - (shares[at] ?? 0) * (this.#means[other] ?? 0),
        this.#means[column] ?? 0,
      );
      for (let row = 0; row < rows; row++) {
        const weight = given[place(row, column)] ?? 0;
        shifts[row] = (shifts[row] ?? 0) + weight * mean;
        for (const [at, other] of used.entries())
          weights[place(row, other)] = (weights[place(row, other)] ?? 0) + weight * (shares[at] ?? 0);
      }
    }
    return { weights, shifts };
  }

  #columnsOf(channel: number): readonly number[] {
    return Array.from({ length: this.#run }, (_, at) => channel * this.#run + at);
  }

  /** Row by row, whatever the order in the file. */
  #rowsOfWeights(): Float64Array {
    const { layer, weights } = this.#task;
    const { rows, columns } = layer;
    const place = placeIn(layer);
    return Float64Array.from(
      { length: rows * columns },
      (_, at) => weights[place(Math.floor(at / columns), at % columns)] ?? 0,
    );
  }
}

/** What is added to the diagonal of products, of their mean: more of it where samples are fewer than inputs. */
const [leastRidge, mostRidge, ridgePerScarcity] = [0.01, 1, 0.25];

/** `undefined` where there is nothing to go by. */
function ridgeOf(products: Float64Array, size: number, samples: number): number | undefined {
  let trace = 0;
  for (let row = 0; row < size; row++) trace += products[row * size + row] ?? 0;
  const share = Math.min(mostRidge, Math.max(leastRidge, (ridgePerScarcity * size) / samples));
  const ridge = (share * trace) / size;
  return ridge > 0 && ridge < Infinity ? ridge : undefined;
}
