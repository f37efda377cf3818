import { longestCode } from './code-lengths.kernel.ts';

/**
 * Canonical codes for 256 lengths, as `code << 6 | length` with the code's first bit lowest; 0 for unused symbols. Codes
 * count up within a length by symbol, and shorter codes come first.
 */
export function canonicalCodes(lengths: Uint8Array): Uint32Array {
  const counts = new Uint32Array(longestCode + 1);
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  const next = new Uint32Array(longestCode + 1);
  for (let length = 2; length <= longestCode; length++)
    next[length] = ((next[length - 1] ?? 0) + (counts[length - 1] ?? 0)) << 1;
  const codes = new Uint32Array(256);
  for (let symbol = 0; symbol < 256; symbol++) {
    const length = lengths[symbol] ?? 0;
    if (length === 0) continue;
    const code = next[length] ?? 0;
    next[length] = code + 1;
    codes[symbol] = (reversed(code, length) << 6) | length;
  }
  return codes;
}

function reversed(code: number, length: number): number {
  let bits = 0;
  for (let bit = 0; bit < length; bit++) bits |= ((code >> bit) & 1) << (length - 1 - bit);
  return bits;
}
