import { DamagedArchiveError } from '../../errors.ts';
import { bitReader, bitWriter, type BitWriter } from '../bits.ts';
import { longestCode } from './code-lengths.kernel.ts';

/** Nibble that starts a run of unused symbols; the next nibble is the run's length less {@link shortestRun}. */
const runNibble = 12;
const shortestRun = 3;
/** A difference of 0, 1 or −1 takes one to three bits; four ones and the last of these two bits tell a length or a run of unused symbols. */
const ones = 3;
/** The most unused symbols that one code of differences skips. */
const longestSkip = 16;
/** What the first length of a table is compared with. */
const usualLength = 8;
const complete = 1 << longestCode;

/** The first used symbol, and the lengths from there as half bytes. */
export function writeNibbles(lengths: Uint8Array): Uint8Array {
  const first = lengths.findIndex((length) => length > 0);
  const last = lengths.findLastIndex((length) => length > 0);
  const bits = bitWriter();
  bits.write(first, 8);
  for (let symbol = first; symbol <= last; symbol++) {
    const run = unusedFrom(lengths, symbol, shortestRun + 15);
    if (run >= shortestRun) {
      bits.write(runNibble, 4);
      bits.write(run - shortestRun, 4);
      symbol += run - 1;
    } else bits.write(lengths[symbol] ?? 0, 4);
  }
  return bits.bytes();
}

/** The inverse of {@link writeNibbles}, for what stands in `bytes` from `start` to its end. */
export function readNibbles(bytes: Uint8Array, start: number): Uint8Array {
  const read = bitReader(bytes, start);
  return readTable(read(8), () => {
    const nibble = read(4);
    return nibble === runNibble ? { skip: shortestRun + read(4) } : { length: nibble };
  });
}

/** Several tables behind one another: of each the first used symbol, and how each length differs from the one before. */
export function writeDifferences(tables: readonly Uint8Array[]): Uint8Array {
  const bits = bitWriter();
  for (const lengths of tables) writeTable(lengths, bits);
  return bits.bytes();
}

function writeTable(lengths: Uint8Array, bits: BitWriter): void {
  const first = lengths.findIndex((length) => length > 0);
  const last = lengths.findLastIndex((length) => length > 0);
  bits.write(first, 8);
  let before = usualLength;
  for (let symbol = first; symbol <= last; symbol++) {
    const run = unusedFrom(lengths, symbol, longestSkip);
    if (run > 0) {
      bits.write(2 ** (ones + 1) - 1, ones + 1);
      bits.write(run - 1, 4);
      symbol += run - 1;
      continue;
    }
    const length = lengths[symbol] ?? 0;
    const change = length === before ? 0 : length === before + 1 ? 1 : length === before - 1 ? 2 : ones;
    bits.write(2 ** change - 1, change + 1);
    if (change === ones) bits.write(length, 4);
    before = length;
  }
}

/** The inverse of {@link writeDifferences}, for `count` tables. */
export function readDifferences(bytes: Uint8Array, start: number, count: number): Uint8Array[] {
  const read = bitReader(bytes, start);
  return Array.from({ length: count }, () => {
    let before = usualLength;
    return readTable(read(8), () => {
      let change = 0;
      while (change <= ones && read(1) === 1) change++;
      if (change > ones) return { skip: 1 + read(4) };
      before = change === ones ? read(4) : change === 2 ? before - 1 : before + change;
      return { length: before };
    });
  });
}

/** A table from symbol `first` on, up to where its code is complete, which is the only way a valid one can end. */
function readTable(first: number, next: () => { readonly skip: number } | { readonly length: number }): Uint8Array {
  const lengths = new Uint8Array(256);
  let filled = 0;
  for (let symbol = first; symbol < 256 && filled < complete;) {
    const found = next();
    if ('skip' in found) symbol += found.skip;
    else {
      const { length } = found;
      if (length < 0 || length > longestCode)
        throw new DamagedArchiveError(`Huffman: a code length of ${length} in the header.`);
      lengths[symbol++] = length;
      if (length > 0) filled += complete >> length;
    }
  }
  if (filled !== complete)
    throw new DamagedArchiveError(`Huffman: a code fills ${filled} of ${complete} places; it must fill all.`);
  return lengths;
}

/** How many symbols from `symbol` on are not used, up to `most`. */
function unusedFrom(lengths: Uint8Array, symbol: number, most: number): number {
  let run = 0;
  while (run < most && lengths[symbol + run] === 0) run++;
  return run;
}
