import { tables } from '../../kernels/tables.as';

const pairBytes: usize = 4 * 65536;
/** Shorter inputs do not pay for clearing and adding up the table of pairs. */
const leastForPairs: usize = 131072;

/** Counts bytes into 256 words at `counts`. */
export function count(source: usize, length: usize, counts: usize): void {
  if (length < leastForPairs) countSingles(source, length, counts);
  else countPairs(source, length, counts);
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

function countPairs(source: usize, length: usize, counts: usize): void {
  memory.fill(tables, 0, pairBytes);
  let i: usize = 0;
  for (const whole = length & ~15; i < whole; i += 16) {
    add(<usize>load<u16>(source + i), 0);
    add(<usize>load<u16>(source + i, 2), 0);
    add(<usize>load<u16>(source + i, 4), 0);
    add(<usize>load<u16>(source + i, 6), 0);
    add(<usize>load<u16>(source + i, 8), 0);
    add(<usize>load<u16>(source + i, 10), 0);
    add(<usize>load<u16>(source + i, 12), 0);
    add(<usize>load<u16>(source + i, 14), 0);
  }
  // A pair's row is its second symbol and its column the first: row sums and column sums are both wanted.
  memory.fill(counts, 0, 1024);
  for (let row: usize = 0; row < 256; row++) {
    const start = row << 10;
    let sum = i32x4.splat(0);
    for (let column: usize = 0; column < 1024; column += 16) sum = i32x4.add(sum, v128.load(start + column, tables));
    const low = i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1);
    const total = low + i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3);
    if (total == 0) continue;
    store<u32>(counts + row * 4, load<u32>(counts + row * 4) + total);
    for (let column: usize = 0; column < 1024; column += 16)
      v128.store(counts + column, i32x4.add(v128.load(counts + column), v128.load(start + column, tables)));
  }
  for (; i < length; i++) {
    const cell = counts + ((<usize>load<u8>(source + i)) << 2);
    store<u32>(cell, load<u32>(cell) + 1);
  }
}

// @ts-ignore: decorator
@inline
function add(at: usize, table: usize): void {
  const cell = (at << 2) + table;
  store<u32>(cell, load<u32>(cell, tables) + 1, tables);
}
