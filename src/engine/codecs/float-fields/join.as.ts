import { group, tile } from './sizes.as';
import { gain4, gain8 } from './low-planes.as';

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

function joinTops(tops: usize, count: usize, k: u32, base: u32, symbols: usize, residuals: usize): u32 {
  const whole = count & ~(group - 1);
  let greatest: u32 = 0;
  if (k == 8) greatest = join8(tops, whole, base, symbols, residuals);
  else if (k == 7) greatest = join7(tops, whole, base, symbols, residuals);
  else if (k == 6) greatest = join6(tops, whole, base, symbols, residuals);
  else if (k == 5) greatest = join5(tops, whole, base, symbols, residuals);
  else if (k == 4) greatest = join4(tops, whole, base, symbols, residuals);
  else greatest = join9(tops, whole, base, symbols, residuals);
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

// A function for each width, so that its shifts are constants and only those that run are compiled well.
function join4(tops: usize, whole: usize, base: u32, symbols: usize, residuals: usize): u32 {
  return joinGroups(4, tops, whole, base, symbols, residuals);
}

function join5(tops: usize, whole: usize, base: u32, symbols: usize, residuals: usize): u32 {
  return joinGroups(5, tops, whole, base, symbols, residuals);
}

function join6(tops: usize, whole: usize, base: u32, symbols: usize, residuals: usize): u32 {
  return joinGroups(6, tops, whole, base, symbols, residuals);
}

function join7(tops: usize, whole: usize, base: u32, symbols: usize, residuals: usize): u32 {
  return joinGroups(7, tops, whole, base, symbols, residuals);
}

function join8(tops: usize, whole: usize, base: u32, symbols: usize, residuals: usize): u32 {
  return joinGroups(8, tops, whole, base, symbols, residuals);
}

function join9(tops: usize, whole: usize, base: u32, symbols: usize, residuals: usize): u32 {
  return joinGroups(9, tops, whole, base, symbols, residuals);
}

// @ts-ignore: decorator
@inline
function joinGroups(k: u32, tops: usize, whole: usize, base: u32, symbols: usize, residuals: usize): u32 {
  let from = residuals;
  let greatest = i8x16.splat(0);
  let escaped = i8x16.splat(0);
  const offsets = i16x8.splat(<i16>(base - 1));
  for (let i: usize = 0; i < whole; i += group) {
    let lowest = i8x16.splat(-1);
    for (let j: usize = 0; j < group; j += 16) {
      const next = i8x16.add(v128.load(symbols + i + j), i8x16.splat(1));
      greatest = i8x16.max_u(greatest, next);
      lowest = i8x16.min_u(lowest, next);
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
    // Escapes and zeros.
    if (v128.any_true(i8x16.le_u(lowest, i8x16.splat(1)))) {
      escaped = v128.or(escaped, i8x16.eq(lowest, i8x16.splat(0)));
      clearZeros(to, s, k);
    }
    from += 16 * k;
  }
  return greatestByte(greatest) | ((<u32>v128.any_true(escaped)) << 8);
}

/** Vectors `j` and `j + 1` of a group, zeros as if they were the value below the window. */
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
  const top = v128.or(i16x8.shl(i16x8.add(symbol, offsets), k), residual);
  return v128.or(i16x8.shr_u(top, 1), i16x8.shl(residual, 15));
}

/** Clears the symbol field where the symbol is 0, in a group. */
function clearZeros(to: usize, symbols: usize, k: u32): void {
  const field = i16x8.splat(<i16>(0x7fff & ~((<u32>1 << (k - 1)) - 1)));
  for (let j: usize = 0; j < group; j += 8) {
    const isZero = i16x8.eq(v128.load8x8_u(symbols + j), i16x8.splat(0));
    v128.store(to + j * 2, v128.andnot(v128.load(to + j * 2), v128.and(isZero, field)));
  }
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

function greatestByte(bytes: v128): u32 {
  let folded = i8x16.max_u(bytes, v128.shuffle<u64>(bytes, bytes, 1, 0));
  folded = i8x16.max_u(folded, v128.shuffle<u32>(folded, folded, 1, 0, 3, 2));
  folded = i8x16.max_u(folded, v128.shuffle<u16>(folded, folded, 1, 0, 3, 2, 5, 4, 7, 6));
  return max(<u32>i8x16.extract_lane_u(folded, 0), <u32>i8x16.extract_lane_u(folded, 1));
}
