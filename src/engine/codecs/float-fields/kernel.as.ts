import { evenBytes } from '../../kernels/lanes.as';
import { gain4, gain8, shed4, shed8 } from './low-planes.as';

// 1. Everything happens on the top 16 bits of an element, rotated left by one: the sign comes to rest below the raw
//    mantissa bits, so that one shift gives the symbol and one mask the residual ("k" is the residual's width in bits).
// 2. Residuals are packed per 16-bit lane, never across lanes: word i of a group of 16 vectors holds bits 16i to 16i+15
//    of the lane's 16 residuals laid end to end. All shifts are constants once `k` is.
// 3. Wider elements first shed their low bytes into planes, tile by tile, leaving the top 16 bits in `tops`.
// 4. Escapes are only counted (or skipped) in the fast loops; a second pass handles them, and mostly there are none.

const group: usize = 128;
const tile: usize = 4096;
const escape: u32 = 255;

/** Counts the values of the symbol field in runs of 32 elements, every `step`-th run, into `table` of 2^(16-k) words. */
export function survey(source: usize, count: usize, width: usize, k: u32, step: usize, table: usize): void {
  memory.fill(table, 0, (<usize>4) << (16 - k));
  for (let run: usize = 0; run < count; run += 32 * step) {
    const end = min(run + 32, count);
    for (let i = run; i < end; i++) {
      const top = <u32>load<u16>(source + i * width + width - 2);
      const cell = table + (((top & 0x7fff) >> (k - 1)) << 2);
      store<u32>(cell, load<u32>(cell) + 1);
    }
  }
}

/** Splits into symbols, residuals and low byte planes (p0 is the lowest); returns the number of escapes. */
export function split(
  source: usize,
  count: usize,
  width: usize,
  k: u32,
  base: u32,
  tops: usize,
  symbols: usize,
  residuals: usize,
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  p4: usize,
  p5: usize,
): u32 {
  if (width == 2) return splitTops(source, count, k, base, symbols, residuals);
  let escapes: u32 = 0;
  for (let i: usize = 0; i < count; i += tile) {
    const size = min(tile, count - i);
    if (width == 4) shed4(source + i * 4, size, tops, p0 + i, p1 + i);
    else shed8(source + i * 8, size, tops, p0 + i, p1 + i, p2 + i, p3 + i, p4 + i, p5 + i);
    escapes += splitTops(tops, size, k, base, symbols + i, residuals + ((i * k) >> 3));
  }
  return escapes;
}

/**
 * The inverse of {@link split}, escapes left as garbage. Returns the greatest symbol plus one in the low byte, escapes
 * counting as 0, and bit 8 set when there is an escape.
 */
export function join(
  target: usize,
  count: usize,
  width: usize,
  k: u32,
  base: u32,
  tops: usize,
  symbols: usize,
  residuals: usize,
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  p4: usize,
  p5: usize,
): u32 {
  if (width == 2) return joinTops(target, count, k, base, symbols, residuals);
  let greatest: u32 = 0;
  for (let i: usize = 0; i < count; i += tile) {
    const size = min(tile, count - i);
    const found = joinTops(tops, size, k, base, symbols + i, residuals + ((i * k) >> 3));
    greatest = max(greatest & 0xff, found & 0xff) | ((greatest | found) & 0x100);
    if (width == 4) gain4(target + i * 4, size, tops, p0 + i, p1 + i);
    else gain8(target + i * 8, size, tops, p0 + i, p1 + i, p2 + i, p3 + i, p4 + i, p5 + i);
  }
  return greatest;
}

/** Collects the symbol fields of the escaped elements, in order. */
export function gather(source: usize, count: usize, width: usize, k: u32, symbols: usize, escapes: usize): void {
  let to = escapes;
  for (let i = nextEscape(symbols, 0, count); i < count; i = nextEscape(symbols, i + 1, count)) {
    store<u16>(to, <u16>((<u32>load<u16>(source + i * width + width - 2) & 0x7fff) >> (k - 1)));
    to += 2;
  }
}

/** Puts escaped symbol fields back. Returns their number, or -1 for more than `available` or one that needs no escape. */
export function scatter(
  target: usize,
  count: usize,
  width: usize,
  k: u32,
  base: u32,
  symbols: usize,
  escapes: usize,
  available: u32,
): i32 {
  let used: u32 = 0;
  const raw = 0x8000 | ((1 << (k - 1)) - 1);
  for (let i = nextEscape(symbols, 0, count); i < count; i = nextEscape(symbols, i + 1, count)) {
    if (used == available) return -1;
    const value = <u32>load<u16>(escapes + used * 2);
    if (value == 0 || value - base < 254 || value >> (16 - k) != 0) return -1;
    const place = target + i * width + width - 2;
    store<u16>(place, <u16>((<u32>load<u16>(place) & raw) | (value << (k - 1))));
    used++;
  }
  return used;
}

/** The next escaped element from `i` on, or `count`. */
function nextEscape(symbols: usize, i: usize, count: usize): usize {
  for (; i + 16 <= count; i += 16) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(symbols + i), i8x16.splat(-1)));
    if (found != 0) return i + ctz(found);
  }
  while (i < count && load<u8>(symbols + i) != <u8>escape) i++;
  return i;
}

function splitTops(tops: usize, count: usize, k: u32, base: u32, symbols: usize, residuals: usize): u32 {
  const whole = count & ~(group - 1);
  let escapes: u32 = 0;
  if (k == 8) escapes = splitGroups(8, tops, whole, base, symbols, residuals);
  else if (k == 7) escapes = splitGroups(7, tops, whole, base, symbols, residuals);
  else if (k == 6) escapes = splitGroups(6, tops, whole, base, symbols, residuals);
  else if (k == 5) escapes = splitGroups(5, tops, whole, base, symbols, residuals);
  else if (k == 4) escapes = splitGroups(4, tops, whole, base, symbols, residuals);
  else escapes = splitGroups(9, tops, whole, base, symbols, residuals);
  let to = residuals + ((whole * k) >> 3);
  let bits: u32 = 0;
  let filled: u32 = 0;
  for (let i = whole; i < count; i++) {
    const top = rotated(<u32>load<u16>(tops + i * 2));
    const value = top >> k;
    const symbol = value == 0 ? 0 : min(value - base, 254) + 1;
    escapes += <u32>(symbol == escape);
    store<u8>(symbols + i, symbol);
    bits |= (top & ((1 << k) - 1)) << filled;
    for (filled += k; filled >= 8; filled -= 8) {
      store<u8>(to++, bits);
      bits >>= 8;
    }
  }
  if (filled != 0) store<u8>(to, bits);
  return escapes;
}

// @ts-ignore: decorator
@inline
function splitGroups(k: u32, tops: usize, whole: usize, base: u32, symbols: usize, residuals: usize): u32 {
  let escapes: u32 = 0;
  let to = residuals;
  const bases = i16x8.splat(<i16>base);
  for (let i: usize = 0; i < whole; i += group) {
    const from = tops + i * 2;
    let found = i8x16.splat(0);
    for (let j: usize = 0; j < group; j += 16) {
      const a = rotatedLanes(v128.load(from + j * 2));
      const b = rotatedLanes(v128.load(from + j * 2, 16));
      const symbol = i8x16.narrow_i16x8_u(symbolLanes(a, k, bases), symbolLanes(b, k, bases));
      found = i8x16.sub(found, i8x16.eq(symbol, i8x16.splat(-1)));
      v128.store(symbols + i + j, symbol);
      if (k == 8) v128.store(residuals + i + j, evenBytes(a, b));
    }
    if (v128.any_true(found)) escapes += sumOfBytes(found);
    if (k != 8) {
      v128.store(to, packed(from, 0, k));
      v128.store(to, packed(from, 1, k), 16);
      v128.store(to, packed(from, 2, k), 32);
      v128.store(to, packed(from, 3, k), 48);
      if (k > 4) v128.store(to, packed(from, 4, k), 64);
      if (k > 5) v128.store(to, packed(from, 5, k), 80);
      if (k > 6) v128.store(to, packed(from, 6, k), 96);
      if (k > 7) v128.store(to, packed(from, 7, k), 112);
      if (k > 8) v128.store(to, packed(from, 8, k), 128);
      to += 16 * k;
    }
  }
  return escapes;
}

// @ts-ignore: decorator
@inline
function symbolLanes(top: v128, k: u32, bases: v128): v128 {
  const value = i16x8.shr_u(top, k);
  const symbol = i16x8.add(i16x8.min_u(i16x8.sub(value, bases), i16x8.splat(254)), i16x8.splat(1));
  return v128.andnot(symbol, i16x8.eq(value, i16x8.splat(0)));
}

/** Word `i` of a group: as many residuals as overlap its 16 bits, at most four. */
// @ts-ignore: decorator
@inline
function packed(from: usize, i: u32, k: u32): v128 {
  const first = (16 * i) / k;
  const start = first * k;
  const end = 16 * i + 16;
  let word = i16x8.shr_u(residualLanes(from, first, k), 16 * i - start);
  if (start + k < end) word = v128.or(word, i16x8.shl(residualLanes(from, first + 1, k), start + k - 16 * i));
  if (start + 2 * k < end) word = v128.or(word, i16x8.shl(residualLanes(from, first + 2, k), start + 2 * k - 16 * i));
  if (start + 3 * k < end) word = v128.or(word, i16x8.shl(residualLanes(from, first + 3, k), start + 3 * k - 16 * i));
  return word;
}

// @ts-ignore: decorator
@inline
function residualLanes(from: usize, j: u32, k: u32): v128 {
  return v128.and(rotatedLanes(v128.load(from + 16 * j)), i16x8.splat(<i16>((<u32>1 << k) - 1)));
}

function joinTops(tops: usize, count: usize, k: u32, base: u32, symbols: usize, residuals: usize): u32 {
  const whole = count & ~(group - 1);
  let greatest: u32 = 0;
  if (k == 8) greatest = joinGroups(8, tops, whole, base, symbols, residuals);
  else if (k == 7) greatest = joinGroups(7, tops, whole, base, symbols, residuals);
  else if (k == 6) greatest = joinGroups(6, tops, whole, base, symbols, residuals);
  else if (k == 5) greatest = joinGroups(5, tops, whole, base, symbols, residuals);
  else if (k == 4) greatest = joinGroups(4, tops, whole, base, symbols, residuals);
  else greatest = joinGroups(9, tops, whole, base, symbols, residuals);
  let from = residuals + ((whole * k) >> 3);
  let bits: u32 = 0;
  let filled: u32 = 0;
  for (let i = whole; i < count; i++) {
    for (; filled < k; filled += 8) bits |= (<u32>load<u8>(from++)) << filled;
    const symbol = <u32>load<u8>(symbols + i);
    greatest = max(greatest & 0xff, (symbol + 1) & 0xff) | (greatest & 0x100) | ((symbol + 1) & 0x100);
    const value = symbol == 0 ? 0 : symbol - 1 + base;
    const top = (value << k) | (bits & ((1 << k) - 1));
    bits >>= k;
    filled -= k;
    store<u16>(tops + i * 2, <u16>(((top & 0xffff) >> 1) | (top << 15)));
  }
  return greatest;
}

// @ts-ignore: decorator
@inline
function joinGroups(k: u32, tops: usize, whole: usize, base: u32, symbols: usize, residuals: usize): u32 {
  let from = residuals;
  let greatest = i8x16.splat(0);
  let escaped = i8x16.splat(0);
  const offsets = i16x8.splat(<i16>(base - 1));
  for (let i: usize = 0; i < whole; i += group) {
    for (let j: usize = 0; j < group; j += 16) {
      const next = i8x16.add(v128.load(symbols + i + j), i8x16.splat(1));
      greatest = i8x16.max_u(greatest, next);
      escaped = v128.or(escaped, i8x16.eq(next, i8x16.splat(0)));
    }
    const s = symbols + i;
    const to = tops + i * 2;
    joinVectors(0, k, to, s, residuals + i, from, offsets);
    joinVectors(2, k, to, s, residuals + i, from, offsets);
    joinVectors(4, k, to, s, residuals + i, from, offsets);
    joinVectors(6, k, to, s, residuals + i, from, offsets);
    joinVectors(8, k, to, s, residuals + i, from, offsets);
    joinVectors(10, k, to, s, residuals + i, from, offsets);
    joinVectors(12, k, to, s, residuals + i, from, offsets);
    joinVectors(14, k, to, s, residuals + i, from, offsets);
    from += 16 * k;
  }
  return greatestByte(greatest) | ((<u32>v128.any_true(escaped)) << 8);
}

/** Vectors `j` and `j + 1` of a group. */
// @ts-ignore: decorator
@inline
function joinVectors(j: u32, k: u32, to: usize, symbols: usize, plane: usize, packs: usize, offsets: v128): void {
  const symbol = v128.load(symbols + j * 8);
  let a: v128;
  let b: v128;
  if (k == 8) {
    const raw = v128.load(plane + j * 8);
    a = i16x8.extend_low_i8x16_u(raw);
    b = i16x8.extend_high_i8x16_u(raw);
  } else {
    a = unpacked(packs, j, k);
    b = unpacked(packs, j + 1, k);
  }
  v128.store(to + j * 16, topLanes(i16x8.extend_low_i8x16_u(symbol), a, k, offsets));
  v128.store(to + j * 16, topLanes(i16x8.extend_high_i8x16_u(symbol), b, k, offsets), 16);
}

// @ts-ignore: decorator
@inline
function topLanes(symbol: v128, residual: v128, k: u32, offsets: v128): v128 {
  const value = v128.andnot(i16x8.add(symbol, offsets), i16x8.eq(symbol, i16x8.splat(0)));
  const top = v128.or(i16x8.shl(value, k), residual);
  return v128.or(i16x8.shr_u(top, 1), i16x8.shl(top, 15));
}

// @ts-ignore: decorator
@inline
function unpacked(packs: usize, j: u32, k: u32): v128 {
  const word = (j * k) >> 4;
  const start = (j * k) & 15;
  let residual = i16x8.shr_u(v128.load(packs + 16 * word), start);
  if (start + k > 16) residual = v128.or(residual, i16x8.shl(v128.load(packs + 16 * word, 16), 16 - start));
  return v128.and(residual, i16x8.splat(<i16>((<u32>1 << k) - 1)));
}

// @ts-ignore: decorator
@inline
function rotatedLanes(top: v128): v128 {
  return v128.or(i16x8.shl(top, 1), i16x8.shr_u(top, 15));
}

// @ts-ignore: decorator
@inline
function rotated(top: u32): u32 {
  return ((top << 1) & 0xffff) | (top >> 15);
}

function sumOfBytes(bytes: v128): u32 {
  const sums = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(bytes));
  return (
    i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1) + i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3)
  );
}

function greatestByte(bytes: v128): u32 {
  let folded = i8x16.max_u(bytes, v128.shuffle<u64>(bytes, bytes, 1, 0));
  folded = i8x16.max_u(folded, v128.shuffle<u32>(folded, folded, 1, 0, 3, 2));
  folded = i8x16.max_u(folded, v128.shuffle<u16>(folded, folded, 1, 0, 3, 2, 5, 4, 7, 6));
  return max(<u32>i8x16.extract_lane_u(folded, 0), <u32>i8x16.extract_lane_u(folded, 1));
}
