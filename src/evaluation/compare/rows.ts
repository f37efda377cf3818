import type { Values } from '../inputs/tensor.ts';

/** Elements as numbers, whatever the type. */
export function numbersOf({ data }: Values): ArrayLike<number> {
  return data instanceof BigInt64Array || data instanceof BigUint64Array ? Float64Array.from(data, Number) : data;
}

/** The last axis as rows: how many there are, and how long. */
export function rowsOf({ shape, data }: Values): { readonly rows: number; readonly length: number } {
  const length = shape.at(-1) ?? 1;
  return { rows: length === 0 ? 0 : data.length / length, length };
}

/** Place of the first largest element of a row; 0 where none is a number. */
export function argmax(numbers: ArrayLike<number>, start: number, length: number): number {
  let best = 0;
  let most = -Infinity;
  for (let place = 0; place < length; place++) {
    const value = numbers[start + place] ?? NaN;
    if (value > most) {
      most = value;
      best = place;
    }
  }
  return best;
}

/** The class that a row tells; −1 where none of its elements is a number, so that nothing is right by chance. */
export function classOfRow(numbers: ArrayLike<number>, start: number, length: number): number {
  const place = argmax(numbers, start, length);
  return Number.isNaN(numbers[start + place] ?? NaN) ? -1 : place;
}

/** The logarithm of the softmax of one element: its value − most − ln Σ e^(value − most), in double precision. */
export function logSoftmaxAt(numbers: ArrayLike<number>, start: number, length: number, place: number): number {
  const most = numbers[start + argmax(numbers, start, length)] ?? 0;
  let sum = 0;
  for (let each = 0; each < length; each++) sum += Math.exp((numbers[start + each] ?? 0) - most);
  return (numbers[start + place] ?? NaN) - most - Math.log(sum);
}

/** Whether a row is a distribution already: nothing below 0, and a sum of 1. */
export function isDistribution(numbers: ArrayLike<number>, start: number, length: number): boolean {
  let sum = 0;
  for (let place = 0; place < length; place++) {
    const value = numbers[start + place] ?? NaN;
    if (!(value >= 0 && value <= 1.0001)) return false;
    sum += value;
  }
  return Math.abs(sum - 1) < 1e-3;
}

const leastProbability = 1e-9;

/** KL(P‖Q) of two rows in nats, where P and Q are their softmax, or the rows themselves where they are distributions. */
export function divergence(
  before: ArrayLike<number>,
  after: ArrayLike<number>,
  start: number,
  length: number,
  areDistributions: boolean,
): number {
  const logBefore = areDistributions ? 0 : logNormalizer(before, start, length);
  const logAfter = areDistributions ? 0 : logNormalizer(after, start, length);
  let sum = 0;
  for (let place = start; place < start + length; place++) {
    const one = before[place] ?? NaN;
    const other = after[place] ?? NaN;
    // Equal elements of equal rows must not leave rounding behind.
    const p = areDistributions ? one : Math.exp(one - logBefore);
    const logP = areDistributions ? Math.log(Math.max(one, leastProbability)) : one - logBefore;
    const logQ = areDistributions ? Math.log(Math.max(other, leastProbability)) : other - logAfter;
    if (p > 0 || Number.isNaN(p)) sum += p * (logP - logQ);
  }
  return Math.max(0, sum);
}

function logNormalizer(numbers: ArrayLike<number>, start: number, length: number): number {
  const most = numbers[start + argmax(numbers, start, length)] ?? 0;
  let sum = 0;
  for (let place = start; place < start + length; place++) sum += Math.exp((numbers[place] ?? 0) - most);
  return most + Math.log(sum);
}
