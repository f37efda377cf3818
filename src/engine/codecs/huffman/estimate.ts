import { codeLengths } from './code-lengths.ts';
import { sizesLength, writeHeader } from './header.ts';

/**
 * Coded size in bytes, header included, of a stream with these 256 counts. Exact but for the filled-up last bytes of
 * streams that are split in parts, of which half a byte each is assumed.
 */
export function estimateBytes(counts: Uint32Array): number {
  let symbols = 0;
  let used = 0;
  for (const count of counts) {
    symbols += count;
    if (count > 0) used++;
  }
  if (used < 2) return used;
  const lengths = codeLengths(counts);
  const bits = lengths.reduce((sum, length, symbol) => sum + length * (counts[symbol] ?? 0), 0);
  const sizes = sizesLength(symbols);
  return writeHeader(lengths, 0, symbols).length + sizes + Math.ceil(bits / 8 + sizes / 4);
}
