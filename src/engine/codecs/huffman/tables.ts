import { codeLengths } from './code-lengths.kernel.ts';
import { type CodedHeader, type Share, sizesLength, writeHeader } from './header.ts';

/** About what a table takes, in bits: for itself and the time to unfold it, and for each used symbol. */
const tableBits = 128;
const symbolBits = 2;

/** Counts of symbols, and how many sub-blocks each is of. */
interface Counted {
  readonly share: Share;
  readonly counts: readonly Uint32Array[];
}

/** Tables of code lengths, and the counts of the symbols that each is for. */
export interface Tables extends Counted, Pick<CodedHeader, 'tables'> {}

/**
 * The tables that make a stream shortest whose sub-blocks have these 256 counts each: one for all, or one for some each; none
 * where fewer than two symbols are used.
 */
export function chooseTables(subBlocks: readonly Uint32Array[]): Tables | undefined {
  const [all] = summed(subBlocks, subBlocks.length);
  if (all === undefined || usedIn(all) < 2) return undefined;
  const first = all.findIndex((count) => count > 0);
  const end = all.findLastIndex((count) => count > 0) + 1;
  const one: Counted = { share: 0, counts: [all] };
  let best = one;
  let fewest = aboutBits(one, first, end);
  for (const share of [1, 2, 4] as const) {
    if (share >= subBlocks.length) continue;
    const some = { share, counts: summed(subBlocks, share) };
    const bits = aboutBits(some, first, end);
    if (bits < fewest) [best, fewest] = [some, bits];
  }
  const together = withTables(one);
  if (best === one) return together;
  const apart = withTables(best);
  return codedBytes(apart) < codedBytes(together) ? apart : together;
}

function withTables(counted: Counted): Tables {
  return { ...counted, tables: counted.counts.map(codeLengths) };
}

/** The sums of every `step` after one another. */
function summed(counts: readonly Uint32Array[], step: number): readonly Uint32Array[] {
  if (step === 1) return counts;
  const sums: Uint32Array[] = [];
  for (let start = 0; start < counts.length; start += step) {
    const sum = new Uint32Array(256);
    for (const each of counts.slice(start, start + step))
      for (let symbol = 0; symbol < 256; symbol++) sum[symbol] = (sum[symbol] ?? 0) + (each[symbol] ?? 0);
    sums.push(sum);
  }
  return sums;
}

/** The entropies of all symbols, and about what their tables take; without bound where a table would not have two symbols. */
function aboutBits({ counts }: Counted, first: number, end: number): number {
  let bits = 0;
  for (const each of counts) {
    let symbols = 0;
    let used = 0;
    for (let symbol = first; symbol < end; symbol++) {
      const count = each[symbol] ?? 0;
      if (count === 0) continue;
      used++;
      symbols += count;
      bits -= count * Math.log2(count);
    }
    if (used < 2) return Infinity;
    bits += symbols * Math.log2(symbols) + tableBits + symbolBits * used;
  }
  return bits;
}

/**
 * Coded size in bytes, header included. Exact but for the filled-up last bytes of streams that are split in parts, of which
 * half a byte each is assumed.
 */
export function codedBytes(tables: Tables): number {
  let symbols = 0;
  for (const counts of tables.counts) for (const count of counts) symbols += count;
  const sizes = sizesLength(symbols);
  const header = writeHeader({ ...tables, streamLength: 0 }, symbols);
  return header.length + sizes + Math.ceil(codeBits(tables) / 8 + sizes / 4);
}

/** Bits of all codes together. */
export function codeBits({ tables, counts }: Tables): number {
  let bits = 0;
  for (const [table, lengths] of tables.entries())
    for (let symbol = 0; symbol < 256; symbol++) bits += (lengths[symbol] ?? 0) * (counts[table]?.[symbol] ?? 0);
  return bits;
}

/** How many of the numbers are not 0. */
export function usedIn(numbers: Uint32Array | Uint8Array): number {
  let used = 0;
  for (let at = 0; at < numbers.length; at++) if (numbers[at] !== 0) used++;
  return used;
}
