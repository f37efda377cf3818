import type { Regression } from '../../engine/feedback/regression.ts';

/** A layer that loses channel after channel. */
export class Removal {
  readonly #regression: Regression;
  /** Row by row; what became of them so far. */
  readonly #weights: Float64Array;
  readonly #run: number;
  readonly #whole: number;

  constructor(regression: Regression, weights: Float64Array, run: number, whole: number) {
    [this.#regression, this.#weights, this.#run, this.#whole] = [regression, weights, run, whole];
  }

  /** The squared error of the outputs, relative to their squares, that taking this channel away as well would add. */
  costOf(channel: number): number {
    const [run, first, { size }] = [this.#run, channel * this.#run, this.#regression];
    const factor = this.#factorOf(first);
    const parts = new Float64Array(run);
    let sum = 0;
    for (let start = first; start < this.#weights.length; start += size)
      for (let at = 0; at < run; at++) {
        let part = this.#weights[start + at] ?? 0;
        for (let before = 0; before < at; before++) part -= (factor[at * run + before] ?? 0) * (parts[before] ?? 0);
        part /= factor[at * run + at] ?? 1;
        parts[at] = part;
        sum += part * part;
      }
    return sum / this.#whole;
  }

  remove(channel: number): void {
    for (let at = 0; at < this.#run; at++) this.#removeInput(channel * this.#run + at);
  }

  #removeInput(input: number): void {
    const { size } = this.#regression;
    const pivot = this.#regression.at(input, input);
    const changes = new Float64Array(size);
    for (let other = 0; other < size; other++)
      if (this.#regression.isUsed(other)) changes[other] = this.#regression.at(input, other) / pivot;
    for (let start = 0; start < this.#weights.length; start += size) {
      const weight = this.#weights[start + input] ?? 0;
      if (weight === 0) continue;
      for (let other = 0; other < size; other++)
        this.#weights[start + other] = (this.#weights[start + other] ?? 0) - weight * (changes[other] ?? 0);
    }
    this.#regression.turn(input);
  }

  /** The lower Cholesky factor of the inverse's block of one channel. */
  #factorOf(first: number): Float64Array {
    const run = this.#run;
    const factor = new Float64Array(run * run);
    for (let row = 0; row < run; row++)
      for (let column = 0; column <= row; column++) {
        let value = -this.#regression.at(first + row, first + column);
        for (let at = 0; at < column; at++) value -= (factor[row * run + at] ?? 0) * (factor[column * run + at] ?? 0);
        factor[row * run + column] =
          row === column ? Math.sqrt(Math.max(value, Number.MIN_VALUE)) : value / (factor[column * run + column] ?? 1);
      }
    return factor;
  }
}

/** The mean squares of the outputs, summed over them. */
export function energyOf(weights: Float64Array, products: Float64Array, columns: number): number {
  let sum = 0;
  for (let start = 0; start < weights.length; start += columns)
    for (let row = 0; row < columns; row++) {
      const weight = weights[start + row] ?? 0;
      let inner = ((products[row * columns + row] ?? 0) * weight) / 2;
      for (let column = row + 1; column < columns; column++)
        inner += (products[row * columns + column] ?? 0) * (weights[start + column] ?? 0);
      sum += 2 * weight * inner;
    }
  return Math.max(sum, Number.MIN_VALUE);
}
