/** Errors count by this power of their size, so a few large ones may stay. */
const power = 0.7;
const firstWeight = 10;
const weightGrowth = 1.01;
const rounds = 20;

/**
 * The zero of a group for which sparse errors are left: half-quadratic splitting, in units of the step. `numbers[start..end)` ×
 * `factor` are the numbers in steps, `first` is the zero to begin with, and codes reach from 0 to `most`.
 */
export function halfQuadraticZero(
  numbers: Float32Array,
  start: number,
  end: number,
  factor: number,
  first: number,
  most: number,
): number {
  let [zero, best, least] = [first, first, Infinity];
  let weight = firstWeight;
  for (let round = 0; round < rounds; round++) {
    let [errors, sum] = [0, 0];
    for (let at = start; at < end; at++) {
      const number = (numbers[at] ?? 0) * factor;
      const rounded = Math.round(number + zero);
      const code = rounded < 0 ? 0 : rounded > most ? most : rounded;
      const error = number - (code - zero);
      const size = Math.abs(error);
      errors += size;
      const kept = size > 0 ? Math.max(0, size - size ** (power - 1) / weight) : 0;
      sum += code - (number - Math.sign(error) * kept);
    }
    if (errors >= least) break;
    [least, best] = [errors, zero];
    zero = sum / (end - start);
    weight *= weightGrowth;
  }
  return best;
}
