import { evenBytes } from '../../kernels/lanes.as';
import { group, tile } from './sizes.as';
import { shed4, shed8 } from './low-planes.as';

const escape: u32 = 255;

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

function splitTops(tops: usize, count: usize, k: u32, base: u32, symbols: usize, residuals: usize): u32 {
  const whole = count & ~(group - 1);
  let escapes: u32 = 0;
  if (k == 8) escapes = split8(tops, whole, base, symbols, residuals);
  else if (k == 7) escapes = split7(tops, whole, base, symbols, residuals);
  else if (k == 6) escapes = split6(tops, whole, base, symbols, residuals);
  else if (k == 5) escapes = split5(tops, whole, base, symbols, residuals);
  else if (k == 4) escapes = split4(tops, whole, base, symbols, residuals);
  else escapes = split9(tops, whole, base, symbols, residuals);
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

// A function for each width, so that its shifts are constants and only those that run are compiled well.
function split4(tops: usize, whole: usize, base: u32, symbols: usize, residuals: usize): u32 {
  return splitGroups(4, tops, whole, base, symbols, residuals);
}

function split5(tops: usize, whole: usize, base: u32, symbols: usize, residuals: usize): u32 {
  return splitGroups(5, tops, whole, base, symbols, residuals);
}

function split6(tops: usize, whole: usize, base: u32, symbols: usize, residuals: usize): u32 {
  return splitGroups(6, tops, whole, base, symbols, residuals);
}

function split7(tops: usize, whole: usize, base: u32, symbols: usize, residuals: usize): u32 {
  return splitGroups(7, tops, whole, base, symbols, residuals);
}

function split8(tops: usize, whole: usize, base: u32, symbols: usize, residuals: usize): u32 {
  return splitGroups(8, tops, whole, base, symbols, residuals);
}

function split9(tops: usize, whole: usize, base: u32, symbols: usize, residuals: usize): u32 {
  return splitGroups(9, tops, whole, base, symbols, residuals);
}

// @ts-ignore: decorator
@inline
function splitGroups(k: u32, tops: usize, whole: usize, base: u32, symbols: usize, residuals: usize): u32 {
  let escapes: u32 = 0;
  let to = residuals;
  const least = i16x8.splat(<i16>(base - 1));
  for (let i: usize = 0; i < whole; i += group) {
    const from = tops + i * 2;
    const s = symbols + i;
    let lowest = i8x16.splat(-1);
    let packs = i16x8.splat(0);
    let a = rotatedLanes(v128.load(from));
    let b = rotatedLanes(v128.load(from, 16));
    let symbol = i8x16.narrow_i16x8_u(aboveLeast(a, k, least), aboveLeast(b, k, least));
    v128.store(s, symbol);
    lowest = i8x16.min_u(lowest, i8x16.add(symbol, i8x16.splat(1)));
    if (k == 8) v128.store(residuals + i, evenBytes(a, b));
    else packs = packed(packed(packs, a, 0, k, to), b, 1, k, to);
    a = rotatedLanes(v128.load(from, 32));
    b = rotatedLanes(v128.load(from, 48));
    symbol = i8x16.narrow_i16x8_u(aboveLeast(a, k, least), aboveLeast(b, k, least));
    v128.store(s, symbol, 16);
    lowest = i8x16.min_u(lowest, i8x16.add(symbol, i8x16.splat(1)));
    if (k == 8) v128.store(residuals + i, evenBytes(a, b), 16);
    else packs = packed(packed(packs, a, 2, k, to), b, 3, k, to);
    a = rotatedLanes(v128.load(from, 64));
    b = rotatedLanes(v128.load(from, 80));
    symbol = i8x16.narrow_i16x8_u(aboveLeast(a, k, least), aboveLeast(b, k, least));
    v128.store(s, symbol, 32);
    lowest = i8x16.min_u(lowest, i8x16.add(symbol, i8x16.splat(1)));
    if (k == 8) v128.store(residuals + i, evenBytes(a, b), 32);
    else packs = packed(packed(packs, a, 4, k, to), b, 5, k, to);
    a = rotatedLanes(v128.load(from, 96));
    b = rotatedLanes(v128.load(from, 112));
    symbol = i8x16.narrow_i16x8_u(aboveLeast(a, k, least), aboveLeast(b, k, least));
    v128.store(s, symbol, 48);
    lowest = i8x16.min_u(lowest, i8x16.add(symbol, i8x16.splat(1)));
    if (k == 8) v128.store(residuals + i, evenBytes(a, b), 48);
    else packs = packed(packed(packs, a, 6, k, to), b, 7, k, to);
    a = rotatedLanes(v128.load(from, 128));
    b = rotatedLanes(v128.load(from, 144));
    symbol = i8x16.narrow_i16x8_u(aboveLeast(a, k, least), aboveLeast(b, k, least));
    v128.store(s, symbol, 64);
    lowest = i8x16.min_u(lowest, i8x16.add(symbol, i8x16.splat(1)));
    if (k == 8) v128.store(residuals + i, evenBytes(a, b), 64);
    else packs = packed(packed(packs, a, 8, k, to), b, 9, k, to);
    a = rotatedLanes(v128.load(from, 160));
    b = rotatedLanes(v128.load(from, 176));
    symbol = i8x16.narrow_i16x8_u(aboveLeast(a, k, least), aboveLeast(b, k, least));
    v128.store(s, symbol, 80);
    lowest = i8x16.min_u(lowest, i8x16.add(symbol, i8x16.splat(1)));
    if (k == 8) v128.store(residuals + i, evenBytes(a, b), 80);
    else packs = packed(packed(packs, a, 10, k, to), b, 11, k, to);
    a = rotatedLanes(v128.load(from, 192));
    b = rotatedLanes(v128.load(from, 208));
    symbol = i8x16.narrow_i16x8_u(aboveLeast(a, k, least), aboveLeast(b, k, least));
    v128.store(s, symbol, 96);
    lowest = i8x16.min_u(lowest, i8x16.add(symbol, i8x16.splat(1)));
    if (k == 8) v128.store(residuals + i, evenBytes(a, b), 96);
    else packs = packed(packed(packs, a, 12, k, to), b, 13, k, to);
    a = rotatedLanes(v128.load(from, 224));
    b = rotatedLanes(v128.load(from, 240));
    symbol = i8x16.narrow_i16x8_u(aboveLeast(a, k, least), aboveLeast(b, k, least));
    v128.store(s, symbol, 112);
    lowest = i8x16.min_u(lowest, i8x16.add(symbol, i8x16.splat(1)));
    if (k == 8) v128.store(residuals + i, evenBytes(a, b), 112);
    else packs = packed(packed(packs, a, 14, k, to), b, 15, k, to);
    // A zero, or what saturated: rare, so that it may be done again.
    if (v128.any_true(i8x16.le_u(lowest, i8x16.splat(1)))) escapes += symbolsOf(from, s, k, base);
    to += 16 * k;
  }
  return escapes;
}

/** The symbols of values in the window; 0 for lower ones, more than 254 for higher ones. */
// @ts-ignore: decorator
@inline
function aboveLeast(top: v128, k: u32, least: v128): v128 {
  return i16x8.sub_sat_u(i16x8.shr_u(top, k), least);
}

/**
 * Adds vector `j` of a group to the word that is being filled, and stores that when it is full. Returns the word to fill
 * next.
 */
// @ts-ignore: decorator
@inline
function packed(word: v128, top: v128, j: u32, k: u32, to: usize): v128 {
  const start = (j * k) & 15;
  const residual = v128.and(top, i16x8.splat(<i16>((<u32>1 << k) - 1)));
  let next = residual;
  if (start > 0) next = v128.or(word, i16x8.shl(residual, start));
  if (start + k >= 16) {
    v128.store(to + 16 * ((j * k) >> 4), next);
    next = i16x8.shr_u(residual, 16 - start);
  }
  return next;
}

/** The symbols of a group, whatever its values; returns the number of escapes. */
function symbolsOf(from: usize, symbols: usize, k: u32, base: u32): u32 {
  const bases = i16x8.splat(<i16>base);
  let found = i8x16.splat(0);
  for (let j: usize = 0; j < group; j += 16) {
    const a = symbolLanes(rotatedLanes(v128.load(from + j * 2)), k, bases);
    const b = symbolLanes(rotatedLanes(v128.load(from + j * 2, 16)), k, bases);
    const symbol = i8x16.narrow_i16x8_u(a, b);
    found = i8x16.sub(found, i8x16.eq(symbol, i8x16.splat(-1)));
    v128.store(symbols + j, symbol);
  }
  return sumOfBytes(found);
}

// @ts-ignore: decorator
@inline
function symbolLanes(top: v128, k: u32, bases: v128): v128 {
  const value = i16x8.shr_u(top, k);
  const symbol = i16x8.add(i16x8.min_u(i16x8.sub(value, bases), i16x8.splat(254)), i16x8.splat(1));
  return v128.andnot(symbol, i16x8.eq(value, i16x8.splat(0)));
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
