/**
 * What one model scored on each resampling unit (an item, or a run of frames): the metric is the sum of the numerators over
 * the sum of the denominators.
 */
export interface Scores {
  readonly numerators: Float64Array;
  readonly denominators: Float64Array;
}

export const confidence = 0.95;
export const resamples = 10_000;

/** Sum of an array in its order. */
export function sumOf(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
