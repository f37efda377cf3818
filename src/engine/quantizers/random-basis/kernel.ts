/** Signs that look random and are always the same: the top bit of a multiplicative hash of the place. */
export function signAt(place: number): number {
  const mixed = Math.imul((place + 1) ^ ((place + 1) >>> 7), 0x9e3779b1);
  return Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) < 0 ? -1 : 1;
}

/** Multiplies with the Walsh–Hadamard matrix of the length of `numbers`, a power of two, in place; twice is the identity. */
export function transform(numbers: Float64Array): void {
  const { length } = numbers;
  for (let half = 1; half < length; half *= 2)
    for (let start = 0; start < length; start += 2 * half)
      for (let at = start; at < start + half; at++) {
        const [one, other] = [numbers[at] ?? 0, numbers[at + half] ?? 0];
        numbers[at] = one + other;
        numbers[at + half] = one - other;
      }
  const factor = 1 / Math.sqrt(length);
  for (let at = 0; at < length; at++) numbers[at] = (numbers[at] ?? 0) * factor;
}
