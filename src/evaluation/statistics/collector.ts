import type { Scores } from './sample.ts';

/** Sums by resampling unit, and the whole sum in the order of arrival, which is what other programs print. */
export class Collector {
  #numerators: number[] = [];
  #denominators: number[] = [];
  total = 0;
  weight = 0;
  /** Observations. */
  count = 0;

  add(block: number, numerator: number, denominator: number): void {
    this.total += numerator;
    this.weight += denominator;
    this.count++;
    while (this.#numerators.length <= block) {
      this.#numerators.push(0);
      this.#denominators.push(0);
    }
    this.#numerators[block] = (this.#numerators[block] ?? 0) + numerator;
    this.#denominators[block] = (this.#denominators[block] ?? 0) + denominator;
  }

  /** What units that follow each other came to together; not a number where nothing was counted. */
  over(first: number, last: number): number {
    const sum = (numbers: readonly number[]) => numbers.slice(first, last + 1).reduce((all, each) => all + each, 0);
    return sum(this.#numerators) / sum(this.#denominators);
  }

  /** By unit; units of which `other` says that nothing was counted on either side are left out. */
  scores(other: Collector = this): Scores {
    const blocks = Math.max(this.#denominators.length, other.#denominators.length);
    const used = Array.from({ length: blocks }, (_, block) => block).filter(
      (block) => (this.#denominators[block] ?? 0) + (other.#denominators[block] ?? 0) > 0,
    );
    return {
      numerators: Float64Array.from(used, (block) => this.#numerators[block] ?? 0),
      denominators: Float64Array.from(used, (block) => this.#denominators[block] ?? 0),
    };
  }
}
