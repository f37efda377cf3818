// 1. Codes are at most 11 bits, LSB first. A table entry of the encoder is `code << 6 | length`: WebAssembly takes shift
//    counts modulo 64, so an entry is its own shift count, and entries of neighbours merge by a shift and an or.
// 2. Few distinct symbols (exponents): counts and codes are kept for PAIRS of symbols, at 65536 places of which few are
//    touched; that halves the work. A pair's entry has its code at the top of 64 bits, the length at the bottom. Many
//    distinct symbols: single tables, because pairs would fall out of the cache.
// 3. A decoder entry holds the symbols of a whole 11-bit window: bytes 0-5 up to six symbols, byte 6 the bits they use,
//    byte 7 their number. Eight bytes are stored whatever the number, so fast loops stop short of a stream's end. Loading
//    the parts from memory is cheaper than shifting them out of a register.
// 4. The four streams of a sub-block advance lookup by lookup: each is one long chain of dependent steps, and a processor
//    looks ahead too little to find the next stream by itself. The number of rounds is computed beforehand from what is
//    left of the streams, so that the hot loop checks nothing and still cannot leave them.

const subBlock: usize = 65536;
const pairBytes: usize = 4 * 65536;
const marker: u64 = 1 << 63;

/** Counts bytes into 256 words at `counts`. `scratch` is as large as the pair table. */
export function count(source: usize, length: usize, scratch: usize, counts: usize): void {
  if (length < subBlock) return countSingles(source, length, scratch, counts);
  countSingles(source, 2048, scratch, counts);
  let distinct: u32 = 0;
  for (let symbol: usize = 0; symbol < 256; symbol++) distinct += <u32>(load<u32>(counts + symbol * 4) != 0);
  if (distinct <= 64) countPairs(source, length, scratch, counts);
  else countSingles(source, length, scratch, counts);
}

function countSingles(source: usize, length: usize, tables: usize, counts: usize): void {
  memory.fill(tables, 0, 4096);
  let i: usize = 0;
  for (const whole = length & ~7; i < whole; i += 8) {
    const eight = load<u64>(source + i);
    add(tables, <usize>(eight & 255));
    add(tables + 1024, <usize>((eight >> 8) & 255));
    add(tables + 2048, <usize>((eight >> 16) & 255));
    add(tables + 3072, <usize>((eight >> 24) & 255));
    add(tables, <usize>((eight >> 32) & 255));
    add(tables + 1024, <usize>((eight >> 40) & 255));
    add(tables + 2048, <usize>((eight >> 48) & 255));
    add(tables + 3072, <usize>(eight >> 56));
  }
  for (; i < length; i++) add(tables, load<u8>(source + i));
  for (i = 0; i < 1024; i += 16) {
    const low = i32x4.add(v128.load(tables + i), v128.load(tables + i, 1024));
    const high = i32x4.add(v128.load(tables + i, 2048), v128.load(tables + i, 3072));
    v128.store(counts + i, i32x4.add(low, high));
  }
}

function countPairs(source: usize, length: usize, table: usize, counts: usize): void {
  memory.fill(table, 0, pairBytes);
  let i: usize = 0;
  for (const whole = length & ~7; i < whole; i += 8) {
    const eight = load<u64>(source + i);
    add(table, <usize>(eight & 0xffff));
    add(table, <usize>((eight >> 16) & 0xffff));
    add(table, <usize>((eight >> 32) & 0xffff));
    add(table, <usize>(eight >> 48));
  }
  // A pair's row is its second symbol and its column the first: row sums and column sums are both wanted.
  memory.fill(counts, 0, 1024);
  for (let row: usize = 0; row < 256; row++) {
    let sum = i32x4.splat(0);
    for (let column: usize = 0; column < 1024; column += 16) {
      const four = v128.load(table + row * 1024 + column);
      sum = i32x4.add(sum, four);
    }
    const total = i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) + i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3);
    if (total == 0) continue;
    store<u32>(counts + row * 4, load<u32>(counts + row * 4) + total);
    for (let column: usize = 0; column < 1024; column += 16)
      v128.store(counts + column, i32x4.add(v128.load(counts + column), v128.load(table + row * 1024 + column)));
  }
  for (; i < length; i++) add(counts, load<u8>(source + i));
}

// @ts-ignore: decorator
@inline
function add(table: usize, at: usize): void {
  const cell = table + (at << 2);
  store<u32>(cell, load<u32>(cell) + 1);
}

/**
 * Encodes with the 256 entries at `codes` (0 for unused symbols), one stream or sub-blocks of four. `sizes` receives the
 * size of each stream but is not touched for one. Returns the bytes written to `target`.
 */
export function encode(
  source: usize,
  length: usize,
  codes: usize,
  used: u32,
  scratch: usize,
  sizes: usize,
  target: usize,
): usize {
  if (sizes == 0) return encodeSingles(source, length, codes, target);
  const pairs = used <= 64;
  if (pairs) fillPairs(codes, scratch);
  let to = target;
  let size = sizes;
  for (let start: usize = 0; start < length; start += subBlock) {
    const end = min(start + subBlock, length);
    const quarter = (end - start + 3) >> 2;
    for (let stream: usize = 0; stream < 4; stream++) {
      const from = min(start + stream * quarter, end);
      const symbols = min(quarter, end - from);
      const written = pairs
        ? encodePairs(source + from, symbols, codes, scratch, to)
        : encodeSingles(source + from, symbols, codes, to);
      store<u16>(size, <u16>written);
      size += 2;
      to += written;
    }
  }
  return to - target;
}

function fillPairs(codes: usize, table: usize): void {
  for (let second: usize = 0; second < 256; second++) {
    const b = load<u32>(codes + second * 4);
    if (b == 0) continue;
    const row = table + second * 2048;
    for (let first: usize = 0; first < 256; first++) {
      const a = load<u32>(codes + first * 4);
      if (a != 0) store<u64>(row + first * 8, aligned(a, b));
    }
  }
}

/** A pair's codes at the top of a word and their length at its bottom. */
// @ts-ignore: decorator
@inline
function aligned(a: u32, b: u32): u64 {
  const length = (a & 63) + (b & 63);
  return (<u64>((a >> 6) | ((b >> 6) << (a & 63))) << (64 - length)) | length;
}

// @ts-ignore: decorator
@inline
function entryOf(table: usize, at: usize): u64 {
  return <u64>load<u32>(table + (at << 2));
}

/**
 * Keeps the pending bits at the top of a word: the next pair pushes them down, and what its length leaves at the bottom
 * falls out in time.
 */
function encodePairs(source: usize, length: usize, codes: usize, table: usize, target: usize): usize {
  let bits: u64 = 0;
  let filled: u32 = 0;
  let to = target;
  let i: usize = 0;
  for (const whole = length & ~7; i < whole; i += 8) {
    const a = load<u64>(table + (<usize>load<u16>(source + i) << 3));
    const b = load<u64>(table + (<usize>load<u16>(source + i, 2) << 3));
    const c = load<u64>(table + (<usize>load<u16>(source + i, 4) << 3));
    const d = load<u64>(table + (<usize>load<u16>(source + i, 6) << 3));
    bits = (bits >> a) | a;
    filled += <u32>a;
    bits = (bits >> b) | b;
    filled += <u32>b;
    if (filled + <u32>c + <u32>d > 57) {
      store<u64>(to, rotl<u64>(bits, filled));
      to += filled >> 3;
      filled &= 7;
    }
    bits = (bits >> c) | c;
    filled += <u32>c;
    bits = (bits >> d) | d;
    filled += <u32>d;
    store<u64>(to, rotl<u64>(bits, filled));
    to += filled >> 3;
    filled &= 7;
  }
  const rest = filled == 0 ? 0 : bits >> (64 - filled);
  return encodeRest(source + i, length - i, codes, to, rest, filled) - target;
}

function encodeSingles(source: usize, length: usize, codes: usize, target: usize): usize {
  let bits: u64 = 0;
  let filled: u64 = 0;
  let to = target;
  let i: usize = 0;
  for (const whole = length & ~7; i < whole; i += 8) {
    const a = entryOf(codes, load<u8>(source + i));
    const b = entryOf(codes, load<u8>(source + i, 1));
    const c = entryOf(codes, load<u8>(source + i, 2));
    const d = entryOf(codes, load<u8>(source + i, 3));
    const e = entryOf(codes, load<u8>(source + i, 4));
    const f = entryOf(codes, load<u8>(source + i, 5));
    const g = entryOf(codes, load<u8>(source + i, 6));
    const h = entryOf(codes, load<u8>(source + i, 7));
    const ab = (a + b) & 63;
    const cd = (c + d) & 63;
    const ef = (e + f) & 63;
    const gh = (g + h) & 63;
    const low = (a >> 6) | rotl<u64>(b >> 6, a) | rotl<u64>((c >> 6) | rotl<u64>(d >> 6, c), ab);
    const high = (e >> 6) | rotl<u64>(f >> 6, e) | rotl<u64>((g >> 6) | rotl<u64>(h >> 6, g), ef);
    bits |= rotl<u64>(low, filled);
    filled += ab + cd;
    if (ab + cd + ef + gh > 56) {
      store<u64>(to, bits);
      bits >>= filled & 56;
      to += <usize>(filled >> 3);
      filled &= 7;
    }
    bits |= rotl<u64>(high, filled);
    filled += ef + gh;
    store<u64>(to, bits);
    bits >>= filled & 56;
    to += <usize>(filled >> 3);
    filled &= 7;
  }
  return encodeRest(source + i, length - i, codes, to, bits, filled) - target;
}

/** The last few symbols and the last byte; returns the end. */
function encodeRest(source: usize, length: usize, codes: usize, target: usize, bits: u64, filled: u64): usize {
  let to = target;
  for (let i: usize = 0; i < length; i++) {
    const entry = entryOf(codes, load<u8>(source + i));
    bits |= (entry >> 6) << filled;
    filled += entry & 63;
    store<u32>(to, <u32>bits);
    bits >>= filled & 56;
    to += <usize>(filled >> 3);
    filled &= 7;
  }
  if (filled == 0) return to;
  store<u8>(to, <u8>bits);
  return to + 1;
}

/**
 * Decodes what {@link encode} wrote, with the code lengths (a complete code) of 256 symbols at `lengths`; `sizes` is 0 for
 * one stream of `available` bytes. Returns 0, or 1 where a stream does not end where it must or its padding is not zero.
 */
export function decode(
  source: usize,
  available: usize,
  sizes: usize,
  lengths: usize,
  scratch: usize,
  target: usize,
  length: usize,
): u32 {
  fillSingles(lengths, scratch);
  if (sizes == 0) return <u32>!finish(source, 0, <u32>available << 3, scratch, target, target + length);
  const windows = scratch + 4096;
  fillWindows(scratch, windows);
  let begin: u32 = 0;
  let size = sizes;
  for (let start: usize = 0; start < length; start += subBlock) {
    const end = min(start + subBlock, length);
    const quarter = (end - start + 3) >> 2;
    const e0 = begin + (<u32>load<u16>(size) << 3);
    const e1 = e0 + (<u32>load<u16>(size, 2) << 3);
    const e2 = e1 + (<u32>load<u16>(size, 4) << 3);
    const e3 = e2 + (<u32>load<u16>(size, 6) << 3);
    size += 8;
    let p0 = begin;
    let p1 = e0;
    let p2 = e1;
    let p3 = e2;
    let o0 = target + start;
    let o1 = target + min(start + quarter, end);
    let o2 = target + min(start + 2 * quarter, end);
    let o3 = target + min(start + 3 * quarter, end);
    const f0 = o1;
    const f1 = o2;
    const f2 = o3;
    const f3 = target + end;
    for (;;) {
      let rounds = min(min(room(o0, f0), room(o1, f1)), min(room(o2, f2), room(o3, f3)));
      rounds = min(rounds, min(min(supply(p0, e0), supply(p1, e1)), min(supply(p2, e2), supply(p3, e3))));
      if (rounds <= 0) break;
      for (; rounds > 0; rounds--) {
        let b0 = window(source, p0);
        let b1 = window(source, p1);
        let b2 = window(source, p2);
        let b3 = window(source, p3);
        let t0 = place(windows, b0);
        store<u64>(o0, load<u64>(t0));
        o0 += <usize>load<u8>(t0, 7);
        b0 >>= <u64>load<u8>(t0, 6);
        let t1 = place(windows, b1);
        store<u64>(o1, load<u64>(t1));
        o1 += <usize>load<u8>(t1, 7);
        b1 >>= <u64>load<u8>(t1, 6);
        let t2 = place(windows, b2);
        store<u64>(o2, load<u64>(t2));
        o2 += <usize>load<u8>(t2, 7);
        b2 >>= <u64>load<u8>(t2, 6);
        let t3 = place(windows, b3);
        store<u64>(o3, load<u64>(t3));
        o3 += <usize>load<u8>(t3, 7);
        b3 >>= <u64>load<u8>(t3, 6);
        t0 = place(windows, b0);
        store<u64>(o0, load<u64>(t0));
        o0 += <usize>load<u8>(t0, 7);
        b0 >>= <u64>load<u8>(t0, 6);
        t1 = place(windows, b1);
        store<u64>(o1, load<u64>(t1));
        o1 += <usize>load<u8>(t1, 7);
        b1 >>= <u64>load<u8>(t1, 6);
        t2 = place(windows, b2);
        store<u64>(o2, load<u64>(t2));
        o2 += <usize>load<u8>(t2, 7);
        b2 >>= <u64>load<u8>(t2, 6);
        t3 = place(windows, b3);
        store<u64>(o3, load<u64>(t3));
        o3 += <usize>load<u8>(t3, 7);
        b3 >>= <u64>load<u8>(t3, 6);
        t0 = place(windows, b0);
        store<u64>(o0, load<u64>(t0));
        o0 += <usize>load<u8>(t0, 7);
        b0 >>= <u64>load<u8>(t0, 6);
        t1 = place(windows, b1);
        store<u64>(o1, load<u64>(t1));
        o1 += <usize>load<u8>(t1, 7);
        b1 >>= <u64>load<u8>(t1, 6);
        t2 = place(windows, b2);
        store<u64>(o2, load<u64>(t2));
        o2 += <usize>load<u8>(t2, 7);
        b2 >>= <u64>load<u8>(t2, 6);
        t3 = place(windows, b3);
        store<u64>(o3, load<u64>(t3));
        o3 += <usize>load<u8>(t3, 7);
        b3 >>= <u64>load<u8>(t3, 6);
        t0 = place(windows, b0);
        store<u64>(o0, load<u64>(t0));
        o0 += <usize>load<u8>(t0, 7);
        b0 >>= <u64>load<u8>(t0, 6);
        t1 = place(windows, b1);
        store<u64>(o1, load<u64>(t1));
        o1 += <usize>load<u8>(t1, 7);
        b1 >>= <u64>load<u8>(t1, 6);
        t2 = place(windows, b2);
        store<u64>(o2, load<u64>(t2));
        o2 += <usize>load<u8>(t2, 7);
        b2 >>= <u64>load<u8>(t2, 6);
        t3 = place(windows, b3);
        store<u64>(o3, load<u64>(t3));
        o3 += <usize>load<u8>(t3, 7);
        b3 >>= <u64>load<u8>(t3, 6);
        t0 = place(windows, b0);
        store<u64>(o0, load<u64>(t0));
        o0 += <usize>load<u8>(t0, 7);
        b0 >>= <u64>load<u8>(t0, 6);
        t1 = place(windows, b1);
        store<u64>(o1, load<u64>(t1));
        o1 += <usize>load<u8>(t1, 7);
        b1 >>= <u64>load<u8>(t1, 6);
        t2 = place(windows, b2);
        store<u64>(o2, load<u64>(t2));
        o2 += <usize>load<u8>(t2, 7);
        b2 >>= <u64>load<u8>(t2, 6);
        t3 = place(windows, b3);
        store<u64>(o3, load<u64>(t3));
        o3 += <usize>load<u8>(t3, 7);
        b3 >>= <u64>load<u8>(t3, 6);
        p0 += <u32>clz(b0);
        p1 += <u32>clz(b1);
        p2 += <u32>clz(b2);
        p3 += <u32>clz(b3);
      }
    }
    if (!finish(source, p0, e0, scratch, o0, f0)) return 1;
    if (!finish(source, p1, e1, scratch, o1, f1)) return 1;
    if (!finish(source, p2, e2, scratch, o2, f2)) return 1;
    if (!finish(source, p3, e3, scratch, o3, f3)) return 1;
    begin = e3;
  }
  return 0;
}

/** Rounds of five lookups, at most six symbols each, that end eight bytes before `end`. */
// @ts-ignore: decorator
@inline
function room(at: usize, end: usize): i32 {
  return (<i32>(end - at) - 8) / 30;
}

/** Rounds of five lookups, at most eleven bits each, that the stream can feed. */
// @ts-ignore: decorator
@inline
function supply(at: u32, end: u32): i32 {
  return <i32>(end - at) / 55;
}

/** The 57 or more bits from bit `at` on, with a marker in the top bit whose later place tells how many were used. */
// @ts-ignore: decorator
@inline
function window(source: usize, at: u32): u64 {
  return (load<u64>(source + (at >> 3)) >> (at & 7)) | marker;
}

/** The entry for the lowest eleven bits. */
// @ts-ignore: decorator
@inline
function place(windows: usize, bits: u64): usize {
  return windows + ((<u32>bits & 2047) << 3);
}

/** Decodes symbol by symbol up to `end`; whether the stream's last bit is then in its last byte, zeros behind it. */
function finish(source: usize, at: u32, last: u32, singles: usize, to: usize, end: usize): bool {
  for (; to < end; to++) {
    if (at > last) return false;
    const bits = load<u32>(source + (at >> 3)) >> (at & 7);
    const entry = <u32>load<u16>(singles + ((bits & 2047) << 1));
    store<u8>(to, entry);
    at += entry >> 8;
  }
  if (at > last || last - at > 7) return false;
  return (at & 7) == 0 || (<u32>load<u8>(source + (at >> 3)) >> (at & 7)) == 0;
}

/** `length << 8 | symbol` for every 11-bit window. */
function fillSingles(lengths: usize, table: usize): void {
  let code: u32 = 0;
  for (let size: u32 = 1; size <= 11; size++) {
    for (let symbol: u32 = 0; symbol < 256; symbol++) {
      if (load<u8>(lengths + symbol) != <u8>size) continue;
      for (let at = reversed(code, size); at < 2048; at += 1 << size) store<u16>(table + (at << 1), (size << 8) | symbol);
      code++;
    }
    code <<= 1;
  }
}

function reversed(code: u32, size: u32): u32 {
  let bits: u32 = 0;
  for (; size > 0; size--) {
    bits = (bits << 1) | (code & 1);
    code >>= 1;
  }
  return bits;
}

/** As many whole codes as fit in each 11-bit window, at most six. */
function fillWindows(singles: usize, windows: usize): void {
  for (let at: u32 = 0; at < 2048; at++) {
    let entry: u64 = 0;
    let bits = at;
    let used: u32 = 0;
    let symbols: u64 = 0;
    while (symbols < 6) {
      const single = <u32>load<u16>(singles + (bits << 1));
      const size = single >> 8;
      if (used + size > 11) break;
      entry |= <u64>(single & 255) << (symbols << 3);
      symbols++;
      used += size;
      bits >>= size;
    }
    store<u64>(windows + (at << 3), entry | (symbols << 56) | (<u64>used << 48));
  }
}
