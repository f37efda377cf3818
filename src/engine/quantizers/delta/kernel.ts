/** The largest finite single-precision number. */
const largest = 3.4028234663852886e38;

/** What must be added to `base`, infinities and NaN in which count as zero, to get `values`. */
export function differencesFrom(values: Float32Array, base: Float32Array): Float32Array {
  return values.map((value, at) => Math.max(-largest, Math.min(largest, value - finite(base[at]))));
}

/** The inverse, in place: sums in double precision, rounded to single. */
export function addBase(differences: Float32Array, base: Float32Array): void {
  for (let at = 0; at < differences.length; at++) differences[at] = (differences[at] ?? 0) + finite(base[at]);
}

function finite(value = 0): number {
  return value - value === 0 ? value : 0;
}
