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
/**
 * Of fewer units no interval is told, except of flips: what one unit in ten does is not among 12 of them in 28 cases of 100,
 * so an interval of 95 % would hold the truth 72 times.
 */
export const fewestUnits = 30;
/**
 * Of fewer units that score otherwise no interval is told, except of what cannot be above 1: how far one may change is not
 * known from none, nor from one how unlike they are.
 */
export const fewestChanged = 2;

/** Units that score otherwise. */
export function changedUnits(original: Scores, candidate: Scores): number {
  let changed = 0;
  for (const [unit, before] of original.numerators.entries())
    if (before !== candidate.numerators[unit] || original.denominators[unit] !== candidate.denominators[unit])
      changed++;
  return changed;
}

/** Sum of an array in its order. */
export function sumOf(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
