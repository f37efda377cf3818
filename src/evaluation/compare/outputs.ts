import type { OutputReport } from '../figures.ts';
import type { Values } from '../inputs/tensor.ts';
import { Collector } from '../statistics/collector.ts';
import { differenceInterval, valueInterval } from '../statistics/ratio.ts';
import type { Scores } from '../statistics/sample.ts';
import { classOfRow, divergence, isDistribution, numbersOf, rowsOf } from './rows.ts';

/** Compares one output of two models, run by run, in bounded memory. */
export class OutputComparison {
  readonly #name: string;
  #differences = 0;
  #before = 0;
  #after = 0;
  #product = 0;
  #maxAbs = 0;
  #elements = 0;
  #notNumbers = 0;
  #identical = true;
  readonly #divergences = new Collector();
  readonly #agreements = new Collector();
  #tellsClasses: boolean | undefined;

  constructor(name: string, tellsClasses?: boolean) {
    this.#name = name;
    this.#tellsClasses = tellsClasses;
  }

  /** Adds one answer of each; with other shapes nothing can be compared, and false comes back. */
  add(before: Values, after: Values, block: number): boolean {
    if (before.data.length !== after.data.length) return false;
    const [one, other] = [numbersOf(before), numbersOf(after)];
    for (let at = 0; at < one.length; at++) this.#addElement(one[at] ?? NaN, other[at] ?? NaN);
    const { rows, length } = rowsOf(before);
    this.#tellsClasses ??= looksLikeClasses(this.#name, before, one);
    if (!this.#tellsClasses || length < 2) return true;
    for (let row = 0; row < rows; row++) {
      const start = row * length;
      const kl = divergence(one, other, start, length, isDistribution(one, start, length));
      this.#divergences.add(block, kl, 1);
      const agrees = classOfRow(one, start, length) === classOfRow(other, start, length);
      this.#agreements.add(block, agrees ? 1 : 0, 1);
    }
    return true;
  }

  get identical(): boolean {
    return this.#identical;
  }

  #addElement(before: number, after: number): void {
    this.#elements++;
    if (!Object.is(before, after)) this.#identical = false;
    if (Number.isNaN(before) || Number.isNaN(after)) {
      this.#notNumbers++;
      return;
    }
    const difference = after - before;
    this.#differences += difference * difference;
    this.#before += before * before;
    this.#after += after * after;
    this.#product += before * after;
    const size = Math.abs(difference);
    if (size > this.#maxAbs) this.#maxAbs = size;
  }

  report(seed: number): OutputReport {
    const identical = this.#identical;
    const norms = Math.sqrt(this.#before) * Math.sqrt(this.#after);
    return {
      name: this.#name,
      relativeL2: identical ? 0 : finite(Math.sqrt(this.#differences) / Math.sqrt(this.#before)),
      cosine: identical ? 1 : finite(Math.min(1, this.#product / norms)),
      maxAbs: finite(this.#maxAbs),
      identical,
      elements: this.#elements,
      notNumbers: this.#notNumbers,
      ...(this.#divergences.weight > 0 && this.#classes(seed)),
    };
  }

  #classes(seed: number): Pick<OutputReport, 'kl' | 'topOne'> {
    const identical = this.#identical;
    const rows = this.#agreements.weight;
    const scores = this.#agreements.scores();
    const kl = this.#divergences.total / this.#divergences.weight;
    const exact = { low: 1, high: 1, method: 'exact' } as const;
    return {
      ...(Number.isFinite(kl) && {
        kl: {
          value: kl,
          rows,
          interval: differenceInterval(nothing(this.#divergences.scores()), this.#divergences.scores(), {
            seed,
            identical,
          }),
        },
      }),
      topOne: {
        value: this.#agreements.total / rows,
        flips: rows - this.#agreements.total,
        rows,
        interval: identical ? exact : valueInterval(scores, { seed, isShare: true }),
      },
    };
  }
}

/** A divergence is the difference from none. */
function nothing({ denominators }: Scores): Scores {
  return { numerators: new Float64Array(denominators.length), denominators };
}

/** JSON has no word for what is not finite. */
export function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function looksLikeClasses(name: string, { shape }: Values, numbers: ArrayLike<number>): boolean {
  const length = shape.at(-1) ?? 0;
  if (shape.length < 2 || shape.length > 3 || length < 2) return false;
  return /logit|prob|softmax|class|score/i.test(name) || isDistribution(numbers, 0, length);
}
