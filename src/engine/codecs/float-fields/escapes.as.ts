const escape: u32 = 255;

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
