import {
  evenBytes,
  evenPairs,
  oddBytes,
  oddPairs,
  zipHighBytes,
  zipHighPairs,
  zipHighQuads,
  zipLowBytes,
  zipLowPairs,
  zipLowQuads,
} from '../../kernels/lanes.as';

// Splitting is taking even and odd lanes, log2(width) times; joining is the same backwards.

/** Byte j of every element to plane j. The planes do not overlap the source. */
export function split(
  source: usize,
  count: usize,
  width: usize,
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  p4: usize,
  p5: usize,
  p6: usize,
  p7: usize,
): void {
  let i: usize = 0;
  const whole = count & ~15;
  if (width == 2) {
    for (; i < whole; i += 16) {
      const from = source + i * 2;
      const a = v128.load(from);
      const b = v128.load(from, 16);
      v128.store(p0 + i, evenBytes(a, b));
      v128.store(p1 + i, oddBytes(a, b));
    }
  } else if (width == 4) {
    for (; i < whole; i += 16) split4(source + i * 4, p0 + i, p1 + i, p2 + i, p3 + i);
  } else {
    for (; i < whole; i += 16) {
      const from = source + i * 8;
      const a = v128.load(from);
      const b = v128.load(from, 16);
      const c = v128.load(from, 32);
      const d = v128.load(from, 48);
      const e = v128.load(from, 64);
      const f = v128.load(from, 80);
      const g = v128.load(from, 96);
      const h = v128.load(from, 112);
      store4(evenBytes(a, b), evenBytes(c, d), evenBytes(e, f), evenBytes(g, h), p0 + i, p2 + i, p4 + i, p6 + i);
      store4(oddBytes(a, b), oddBytes(c, d), oddBytes(e, f), oddBytes(g, h), p1 + i, p3 + i, p5 + i, p7 + i);
    }
  }
  for (; i < count; i++) {
    const from = source + i * width;
    store<u8>(p0 + i, load<u8>(from));
    store<u8>(p1 + i, load<u8>(from, 1));
    if (width == 2) continue;
    store<u8>(p2 + i, load<u8>(from, 2));
    store<u8>(p3 + i, load<u8>(from, 3));
    if (width == 4) continue;
    store<u8>(p4 + i, load<u8>(from, 4));
    store<u8>(p5 + i, load<u8>(from, 5));
    store<u8>(p6 + i, load<u8>(from, 6));
    store<u8>(p7 + i, load<u8>(from, 7));
  }
}

// @ts-ignore: decorator
@inline
function split4(from: usize, p0: usize, p1: usize, p2: usize, p3: usize): void {
  store4(v128.load(from), v128.load(from, 16), v128.load(from, 32), v128.load(from, 48), p0, p1, p2, p3);
}

/** Sixteen elements of four bytes to four planes. */
// @ts-ignore: decorator
@inline
function store4(a: v128, b: v128, c: v128, d: v128, p0: usize, p1: usize, p2: usize, p3: usize): void {
  const lowA = evenPairs(a, b);
  const lowB = evenPairs(c, d);
  const highA = oddPairs(a, b);
  const highB = oddPairs(c, d);
  v128.store(p0, evenBytes(lowA, lowB));
  v128.store(p1, oddBytes(lowA, lowB));
  v128.store(p2, evenBytes(highA, highB));
  v128.store(p3, oddBytes(highA, highB));
}

/** The inverse of {@link split}. */
export function join(
  target: usize,
  count: usize,
  width: usize,
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  p4: usize,
  p5: usize,
  p6: usize,
  p7: usize,
): void {
  let i: usize = 0;
  const whole = count & ~15;
  if (width == 2) {
    for (; i < whole; i += 16) {
      const a = v128.load(p0 + i);
      const b = v128.load(p1 + i);
      v128.store(target + i * 2, zipLowBytes(a, b));
      v128.store(target + i * 2, zipHighBytes(a, b), 16);
    }
  } else if (width == 4) {
    for (; i < whole; i += 16) {
      const a = v128.load(p0 + i);
      const b = v128.load(p1 + i);
      const c = v128.load(p2 + i);
      const d = v128.load(p3 + i);
      const low = zipLowBytes(a, b);
      const high = zipLowBytes(c, d);
      const low2 = zipHighBytes(a, b);
      const high2 = zipHighBytes(c, d);
      const to = target + i * 4;
      v128.store(to, zipLowPairs(low, high));
      v128.store(to, zipHighPairs(low, high), 16);
      v128.store(to, zipLowPairs(low2, high2), 32);
      v128.store(to, zipHighPairs(low2, high2), 48);
    }
  } else {
    for (; i < whole; i += 16) {
      const a = v128.load(p0 + i);
      const b = v128.load(p1 + i);
      const c = v128.load(p2 + i);
      const d = v128.load(p3 + i);
      const e = v128.load(p4 + i);
      const f = v128.load(p5 + i);
      const g = v128.load(p6 + i);
      const h = v128.load(p7 + i);
      const to = target + i * 8;
      store8(to, zipLowBytes(a, b), zipLowBytes(c, d), zipLowBytes(e, f), zipLowBytes(g, h));
      store8(to + 64, zipHighBytes(a, b), zipHighBytes(c, d), zipHighBytes(e, f), zipHighBytes(g, h));
    }
  }
  for (; i < count; i++) {
    const to = target + i * width;
    store<u8>(to, load<u8>(p0 + i));
    store<u8>(to, load<u8>(p1 + i), 1);
    if (width == 2) continue;
    store<u8>(to, load<u8>(p2 + i), 2);
    store<u8>(to, load<u8>(p3 + i), 3);
    if (width == 4) continue;
    store<u8>(to, load<u8>(p4 + i), 4);
    store<u8>(to, load<u8>(p5 + i), 5);
    store<u8>(to, load<u8>(p6 + i), 6);
    store<u8>(to, load<u8>(p7 + i), 7);
  }
}

/** Eight elements of eight bytes from their four pairs of bytes. */
// @ts-ignore: decorator
@inline
function store8(to: usize, ab: v128, cd: v128, ef: v128, gh: v128): void {
  const lowA = zipLowPairs(ab, cd);
  const lowB = zipHighPairs(ab, cd);
  const highA = zipLowPairs(ef, gh);
  const highB = zipHighPairs(ef, gh);
  v128.store(to, zipLowQuads(lowA, highA));
  v128.store(to, zipHighQuads(lowA, highA), 16);
  v128.store(to, zipLowQuads(lowB, highB), 32);
  v128.store(to, zipHighQuads(lowB, highB), 48);
}
