import { hasRepeats } from '../codecs/zstd/kernel.ts';

const fewestBytes = 4096;
const mostBytes = 8192;
/** Bits a byte that must be missing before an entropy coder could gain anything. */
const worthwhileBits = 0.03;

const counts = new Uint32Array(256);

/**
 * Whether bytes look like mantissa bits: all values about equally often and nothing repeated. The search gives such
 * streams up at once, and most streams of weights are such. Judged by 8 KiB spread evenly; never of fewer than 4 KiB.
 */
export function looksLikeNoise(bytes: Uint8Array): boolean {
  if (bytes.length < fewestBytes) return false;
  const step = Math.max(1, Math.floor(bytes.length / mostBytes));
  const looks = Math.floor(bytes.length / step);
  counts.fill(0);
  for (let at = 0, end = looks * step; at < end; at += step) counts[bytes[at]!]!++;
  let sum = 0;
  for (let value = 0; value < 256; value++) {
    const count = counts[value]!;
    if (count > 0) sum += count * Math.log2(count);
  }
  // So few looks at even bytes show less entropy than there is, by this much on average (Miller 1955).
  const shortfall = 255 / (2 * Math.LN2 * looks);
  return Math.log2(looks) - sum / looks > 8 - shortfall - worthwhileBits && !hasRepeats(bytes);
}
