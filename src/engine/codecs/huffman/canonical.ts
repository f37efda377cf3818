import { longestCode } from './code-lengths.ts';

/**
 * Canonical codes for 256 lengths, as `code << 6 | length` with the code's first bit lowest; 0 for unused symbols. Codes
 * count up within a length by symbol, and shorter codes come first.
 */
export function canonicalCodes(lengths: Uint8Array): Uint32Array {
  const codes = new Uint32Array(256);
  let code = 0;
  for (let length = 1; length <= longestCode; length++) {
    for (let symbol = 0; symbol < 256; symbol++)
      if (lengths[symbol] === length) codes[symbol] = (reversed(code++, length) << 6) | length;
    code <<= 1;
  }
  return codes;
}

function reversed(code: number, length: number): number {
  let bits = 0;
  for (let bit = 0; bit < length; bit++) bits |= ((code >> bit) & 1) << (length - 1 - bit);
  return bits;
}
