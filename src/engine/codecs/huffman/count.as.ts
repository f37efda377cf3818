import { tables } from '../../kernels/tables.as';

const subBlock: usize = 65536;
/** Shorter runs do not pay for clearing and adding up the table of pairs. */
const leastForPairs: usize = 32768;

/** Counts the bytes of each sub-block into 256 words, one sub-block's behind another's at `counts`. */
export function count(source: usize, length: usize, counts: usize): void {
  // Of the table of pairs only the part is cleared and added up that the symbols span, in whole vectors.
  const span = length < leastForPairs ? 0 : spanOf(source, length);
  const first = span & 252;
  const end = ((span >> 8) & 252) + 4;
  if (length >= leastForPairs)
    for (let row = first; row < end; row++) memory.fill(tables + (row << 10) + (first << 2), 0, (end - first) << 2);
  for (let start: usize = 0; start < length; start += subBlock) {
    const size = min(subBlock, length - start);
    const from = source + start;
    const to = counts + (start >> 6);
    if (size < leastForPairs) {
      countSingles(from, size, to);
      continue;
    }
    const whole = size & ~15;
    countPairs(from, whole);
    memory.fill(to, 0, 1024);
    addUp(to, first, end);
    for (let i = whole; i < size; i++) {
      const cell = to + ((<usize>load<u8>(from + i)) << 2);
      store<u32>(cell, load<u32>(cell) + 1);
    }
  }
}

/** The least of at least 16 symbols, and 256 times the greatest. */
function spanOf(source: usize, length: usize): usize {
  const last = source + length - 16;
  let least = v128.load(last);
  let most = least;
  for (let at = source; at < last; at += 16) {
    const symbols = v128.load(at);
    least = i8x16.min_u(least, symbols);
    most = i8x16.max_u(most, symbols);
  }
  let span: usize = 255;
  store<v128>(tables, least);
  store<v128>(tables, most, 16);
  for (let lane: usize = 0; lane < 16; lane++) {
    span = min(span & 255, <usize>load<u8>(tables + lane)) | (max(span >> 8, <usize>load<u8>(tables + lane, 16)) << 8);
  }
  return span;
}

/** Four tables in turn, so that equal neighbours do not wait for each other. */
function countSingles(source: usize, length: usize, counts: usize): void {
  memory.fill(tables, 0, 4096);
  let i: usize = 0;
  for (const whole = length & ~7; i < whole; i += 8) {
    const eight = load<u64>(source + i);
    add(<usize>(eight & 255), 0);
    add(<usize>((eight >> 8) & 255), 1024);
    add(<usize>((eight >> 16) & 255), 2048);
    add(<usize>((eight >> 24) & 255), 3072);
    add(<usize>((eight >> 32) & 255), 0);
    add(<usize>((eight >> 40) & 255), 1024);
    add(<usize>((eight >> 48) & 255), 2048);
    add(<usize>(eight >> 56), 3072);
  }
  for (; i < length; i++) add(load<u8>(source + i), 0);
  for (i = 0; i < 1024; i += 16) {
    const low = i32x4.add(v128.load(i, tables), v128.load(i, tables + 1024));
    const high = i32x4.add(v128.load(i, tables + 2048), v128.load(i, tables + 3072));
    v128.store(counts + i, i32x4.add(low, high));
  }
}

function countPairs(source: usize, length: usize): void {
  for (let i: usize = 0; i < length; i += 16) {
    add(<usize>load<u16>(source + i), 0);
    add(<usize>load<u16>(source + i, 2), 0);
    add(<usize>load<u16>(source + i, 4), 0);
    add(<usize>load<u16>(source + i, 6), 0);
    add(<usize>load<u16>(source + i, 8), 0);
    add(<usize>load<u16>(source + i, 10), 0);
    add(<usize>load<u16>(source + i, 12), 0);
    add(<usize>load<u16>(source + i, 14), 0);
  }
}

/**
 * Moves the counts of pairs of symbols from `first` to before `end` to those of symbols. A pair's row is its second symbol and its
 * column the first: row sums and column sums are both wanted.
 */
function addUp(counts: usize, first: usize, end: usize): void {
  const begin = first << 2;
  const stop = end << 2;
  for (let row = first; row < end; row++) {
    const start = row << 10;
    let sum = i32x4.splat(0);
    for (let column = begin; column < stop; column += 16) sum = i32x4.add(sum, v128.load(start + column, tables));
    const low = i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1);
    const total = low + i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3);
    if (total === 0) continue;
    store<u32>(counts + (row << 2), load<u32>(counts + (row << 2)) + total);
    for (let column = begin; column < stop; column += 16) {
      const cell = start + column;
      v128.store(counts + column, i32x4.add(v128.load(counts + column), v128.load(cell, tables)));
      v128.store(cell, i32x4.splat(0), tables);
    }
  }
}

// @ts-ignore: decorator
@inline
function add(at: usize, table: usize): void {
  const cell = (at << 2) + table;
  store<u32>(cell, load<u32>(cell, tables) + 1, tables);
}
