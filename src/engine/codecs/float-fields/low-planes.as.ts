import {
  evenBytes,
  evenPairs,
  evenQuads,
  oddBytes,
  oddPairs,
  oddQuads,
  zipHighBytes,
  zipHighPairs,
  zipHighQuads,
  zipLowBytes,
  zipLowPairs,
  zipLowQuads,
} from '../../kernels/lanes.as';

/** Elements of four bytes to their top halves and two low planes. */
export function shed4(source: usize, count: usize, tops: usize, p0: usize, p1: usize): void {
  const whole = count & ~15;
  let i: usize = 0;
  for (; i < whole; i += 16) {
    const a = v128.load(source + i * 4);
    const b = v128.load(source + i * 4, 16);
    const c = v128.load(source + i * 4, 32);
    const d = v128.load(source + i * 4, 48);
    v128.store(tops + i * 2, oddPairs(a, b));
    v128.store(tops + i * 2, oddPairs(c, d), 16);
    const low = evenPairs(a, b);
    const low2 = evenPairs(c, d);
    v128.store(p0 + i, evenBytes(low, low2));
    v128.store(p1 + i, oddBytes(low, low2));
  }
  for (; i < count; i++) {
    store<u16>(tops + i * 2, load<u16>(source + i * 4, 2));
    store<u8>(p0 + i, load<u8>(source + i * 4));
    store<u8>(p1 + i, load<u8>(source + i * 4, 1));
  }
}

/** The inverse of {@link shed4}. */
export function gain4(target: usize, count: usize, tops: usize, p0: usize, p1: usize): void {
  const whole = count & ~15;
  let i: usize = 0;
  for (; i < whole; i += 16) {
    const top = v128.load(tops + i * 2);
    const top2 = v128.load(tops + i * 2, 16);
    const a = v128.load(p0 + i);
    const b = v128.load(p1 + i);
    const low = zipLowBytes(a, b);
    const low2 = zipHighBytes(a, b);
    v128.store(target + i * 4, zipLowPairs(low, top));
    v128.store(target + i * 4, zipHighPairs(low, top), 16);
    v128.store(target + i * 4, zipLowPairs(low2, top2), 32);
    v128.store(target + i * 4, zipHighPairs(low2, top2), 48);
  }
  for (; i < count; i++) {
    store<u16>(target + i * 4, load<u16>(tops + i * 2), 2);
    store<u8>(target + i * 4, load<u8>(p0 + i));
    store<u8>(target + i * 4, load<u8>(p1 + i), 1);
  }
}

/** Elements of eight bytes to their top quarters and six low planes. */
export function shed8(
  source: usize,
  count: usize,
  tops: usize,
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  p4: usize,
  p5: usize,
): void {
  const whole = count & ~15;
  let i: usize = 0;
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
    const low = evenQuads(a, b);
    const low2 = evenQuads(c, d);
    const low3 = evenQuads(e, f);
    const low4 = evenQuads(g, h);
    const high = oddQuads(a, b);
    const high2 = oddQuads(c, d);
    const high3 = oddQuads(e, f);
    const high4 = oddQuads(g, h);
    v128.store(tops + i * 2, oddPairs(high, high2));
    v128.store(tops + i * 2, oddPairs(high3, high4), 16);
    v128.store(p0 + i, evenBytes(evenPairs(low, low2), evenPairs(low3, low4)));
    v128.store(p1 + i, oddBytes(evenPairs(low, low2), evenPairs(low3, low4)));
    v128.store(p2 + i, evenBytes(oddPairs(low, low2), oddPairs(low3, low4)));
    v128.store(p3 + i, oddBytes(oddPairs(low, low2), oddPairs(low3, low4)));
    v128.store(p4 + i, evenBytes(evenPairs(high, high2), evenPairs(high3, high4)));
    v128.store(p5 + i, oddBytes(evenPairs(high, high2), evenPairs(high3, high4)));
  }
  for (; i < count; i++) {
    const from = source + i * 8;
    store<u8>(p0 + i, load<u8>(from));
    store<u8>(p1 + i, load<u8>(from, 1));
    store<u8>(p2 + i, load<u8>(from, 2));
    store<u8>(p3 + i, load<u8>(from, 3));
    store<u8>(p4 + i, load<u8>(from, 4));
    store<u8>(p5 + i, load<u8>(from, 5));
    store<u16>(tops + i * 2, load<u16>(from, 6));
  }
}

/** The inverse of {@link shed8}, sixteen elements in two halves. */
export function gain8(
  target: usize,
  count: usize,
  tops: usize,
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  p4: usize,
  p5: usize,
): void {
  const whole = count & ~15;
  let i: usize = 0;
  for (; i < whole; i += 16) {
    const a = v128.load(p0 + i);
    const b = v128.load(p1 + i);
    const c = v128.load(p2 + i);
    const d = v128.load(p3 + i);
    const e = v128.load(p4 + i);
    const f = v128.load(p5 + i);
    const to = target + i * 8;
    store8(to, zipLowBytes(a, b), zipLowBytes(c, d), zipLowBytes(e, f), v128.load(tops + i * 2));
    store8(to + 64, zipHighBytes(a, b), zipHighBytes(c, d), zipHighBytes(e, f), v128.load(tops + i * 2, 16));
  }
  for (; i < count; i++) {
    const to = target + i * 8;
    store<u8>(to, load<u8>(p0 + i));
    store<u8>(to, load<u8>(p1 + i), 1);
    store<u8>(to, load<u8>(p2 + i), 2);
    store<u8>(to, load<u8>(p3 + i), 3);
    store<u8>(to, load<u8>(p4 + i), 4);
    store<u8>(to, load<u8>(p5 + i), 5);
    store<u16>(to, load<u16>(tops + i * 2), 6);
  }
}

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
