/** The sign at one place of a pattern, as −1 or 1. */
export function signIn(pattern: number, place: number): number {
  return (pattern >> place) & 1 ? -1 : 1;
}

/** The `size` patterns of eight signs that are most frequent among runs of eight numbers, in ascending order; at least one. */
export function frequentPatterns(runs: Float32Array, size: number): Uint8Array {
  const counts = new Uint32Array(256);
  for (let start = 0; start + 8 <= runs.length; start += 8) {
    const pattern = patternOf(runs, start, start + 8);
    counts[pattern] = (counts[pattern] ?? 0) + 1;
  }
  const order = Array.from(counts.keys()).sort(
    (one, other) => (counts[other] ?? 0) - (counts[one] ?? 0) || one - other,
  );
  return Uint8Array.from(order.slice(0, size).sort((one, other) => one - other));
}

function patternOf(numbers: Float32Array, start: number, end: number): number {
  let pattern = 0;
  for (let at = start; at < end; at++) if ((numbers[at] ?? 0) < 0) pattern |= 1 << (at - start);
  return pattern;
}

/** The place of the pattern that has other signs than `values[start..end)`, at most eight, where that matters least. */
export function nearestPattern(values: Float32Array, start: number, end: number, patterns: Uint8Array): number {
  const own = patternOf(values, start, end);
  const mask = (1 << (end - start)) - 1;
  let [best, least] = [0, Infinity];
  for (let place = 0; place < patterns.length; place++) {
    let [differing, cost] = [((patterns[place] ?? 0) ^ own) & mask, 0];
    for (; differing !== 0; differing &= differing - 1)
      cost += Math.abs(values[start + 31 - Math.clz32(differing & -differing)] ?? 0);
    if (cost < least) [best, least] = [place, cost];
    if (cost === 0) break;
  }
  return best;
}
