const mostBytes = 16384;
const counts = new Uint32Array(8 * 256);

/** Counts the byte values at each of the places 0 to 7 modulo 8, over the first 16 KiB; valid until the next call. */
export function countByPlace(bytes: Uint8Array): Uint32Array {
  counts.fill(0);
  const length = Math.min(bytes.length, mostBytes);
  for (let at = 0; at < length; at++) counts[((at & 7) << 8) | bytes[at]!]!++;
  return counts;
}

/** The entropy, in bits, of the byte values counted at the places that are `place` modulo `stride`. */
export function entropyAt(placeCounts: Uint32Array, place: number, stride: number): number {
  let total = 0;
  let sum = 0;
  for (let value = 0; value < 256; value++) {
    let count = 0;
    for (let at = place; at < 8; at += stride) count += placeCounts[(at << 8) | value]!;
    if (count > 0) sum += count * Math.log2(count);
    total += count;
  }
  return total === 0 ? 0 : Math.log2(total) - sum / total;
}
