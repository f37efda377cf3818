import { hasRepeats } from '../codecs/zstd/kernel.ts';

/** Fewer bytes are counted with the table of frequencies that they would need. */
const fewestBytes = 4096;
const mostBytes = 8192;
/** What such a table takes at least, in bits: for itself, and for each used value. */
const tableBits = 24;
const valueBits = 1;
/** Bits a byte that must be missing before an entropy coder could gain anything. */
const worthwhileBits = 0.03;

const counts = new Uint32Array(256);
/** n · log2 n, of all counts that there can be. */
const weights = Float64Array.from({ length: 2 * mostBytes }, (_, count) => (count > 0 ? count * Math.log2(count) : 0));

/**
 * Whether bytes look like mantissa bits: all values about equally often and nothing repeated. The search gives such
 * streams up at once, and most streams of weights are such. Judged by 8 KiB spread evenly; fewer than 4 KiB by what they would take at
 * least with a table, of which `tableShare` counts.
 */
export function looksLikeNoise(bytes: Uint8Array, tableShare = 1): boolean {
  const step = Math.max(1, Math.floor(bytes.length / mostBytes));
  const looks = Math.floor(bytes.length / step);
  counts.fill(0);
  for (let at = 0, end = looks * step; at < end; at += step) counts[bytes[at]!]!++;
  let sum = 0;
  let used = 0;
  for (let value = 0; value < 256; value++) {
    const count = counts[value]!;
    if (count === 0) continue;
    used++;
    sum += weights[count]!;
  }
  const entropy = weights[looks]! - sum;
  if (looks < fewestBytes)
    return entropy + tableShare * (tableBits + valueBits * used) >= 8 * looks && !hasRepeats(bytes);
  // So few looks at even bytes show less entropy than there is, by this much on average (Miller 1955).
  const shortfall = 255 / (2 * Math.LN2 * looks);
  return entropy / looks > 8 - shortfall - worthwhileBits && !hasRepeats(bytes);
}
