import type { Regression } from '../../engine/feedback/regression.ts';

/** What samples of inputs there were, and what was added to their mean products to make up for few. */
export interface Trust {
  readonly samples: number;
  readonly ridge: number;
}

interface RemovalTask extends Trust {
  /** Inputs of a channel. */
  readonly run: number;
  /** The mean squares of the outputs, summed over them. */
  readonly whole: number;
}

/** Of all samples, so many at most are taken to be spent on finding how inputs are made of others. */
const mostSpent = 0.95;

/** A layer that loses channel after channel. */
export class Removal {
  readonly #regression: Regression;
  /** Row by row; what became of them so far. */
  readonly #weights: Float64Array;
  readonly #task: RemovalTask;
  /** How much larger errors are on other samples. */
  #doubt: number;

  constructor(regression: Regression, weights: Float64Array, task: RemovalTask) {
    [this.#regression, this.#weights, this.#task] = [regression, weights, task];
    this.#doubt = this.#doubtNow();
  }

  /** The squared error of the outputs, relative to their squares, that taking this channel away as well would add. */
  costOf(channel: number): number {
    const { run, whole } = this.#task;
    const [first, { size }] = [channel * run, this.#regression];
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
    return (sum / whole) * this.#doubt;
  }

  remove(channel: number): void {
    const { run } = this.#task;
    const [first, regression] = [channel * run, this.#regression];
    const { size } = regression;
    const inputs = Array.from({ length: run }, (_, at) => first + at);
    regression.turn(inputs);
    const shares = inputs.map((input) =>
      Float64Array.from({ length: size }, (_, other) => (regression.isUsed(other) ? regression.at(input, other) : 0)),
    );
    for (let start = 0; start < this.#weights.length; start += size)
      for (const [at, input] of inputs.entries()) {
        const weight = this.#weights[start + input] ?? 0;
        const share = shares[at];
        if (weight === 0 || !share) continue;
        for (let other = 0; other < size; other++)
          this.#weights[start + other] = (this.#weights[start + other] ?? 0) + weight * (share[other] ?? 0);
        this.#weights[start + input] = 0;
      }
    this.#doubt = this.#doubtNow();
  }

  /**
   * Source: Golub, Heath and Wahba, Generalized Cross-Validation as a Method for Choosing a Good Ridge Parameter (1979): errors on samples
   * that were learned from are (1 − d / n)² times those on others, d being the directions that n samples were spent on.
   */
  #doubtNow(): number {
    const { samples, ridge } = this.#task;
    let spent = 0;
    for (let input = 0; input < this.#regression.size; input++)
      if (this.#regression.isUsed(input)) spent += 1 + ridge * this.#regression.at(input, input);
    return 1 / (1 - Math.min(mostSpent, spent / samples)) ** 2;
  }

  /** The lower Cholesky factor of the inverse's block of one channel. */
  #factorOf(first: number): Float64Array {
    const { run } = this.#task;
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
