import { tables } from '../../kernels/tables.as';

const subBlock: usize = 65536;
const marker: u64 = 1 << 63;

const singlesAt: usize = tables;
const windowsAt: usize = singlesAt + 4096;
const usedAt: usize = windowsAt + 16384;
const numberAt: usize = usedAt + 2048;

/**
 * Decodes what {@link encode} wrote, with the code lengths (a complete code) of 256 symbols at `lengths`; `sizes` is 0 for
 * one stream of `available` bytes. Returns 0, or 1 where a stream does not end where it must or its padding is not zero.
 */
export function decode(
  source: usize,
  available: usize,
  sizes: usize,
  lengths: usize,
  target: usize,
  length: usize,
): u32 {
  fillSingles(lengths);
  if (sizes == 0) return <u32>!finish(source, 0, <u32>available << 3, target, target + length);
  fillWindows();
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
        let t0 = <usize>b0 & 2047;
        b0 >>= <u64>load<u8>(t0, usedAt);
        store<u64>(o0, load<u64>(t0 << 3, windowsAt));
        o0 += <usize>load<u8>(t0, numberAt);
        let t1 = <usize>b1 & 2047;
        b1 >>= <u64>load<u8>(t1, usedAt);
        store<u64>(o1, load<u64>(t1 << 3, windowsAt));
        o1 += <usize>load<u8>(t1, numberAt);
        let t2 = <usize>b2 & 2047;
        b2 >>= <u64>load<u8>(t2, usedAt);
        store<u64>(o2, load<u64>(t2 << 3, windowsAt));
        o2 += <usize>load<u8>(t2, numberAt);
        let t3 = <usize>b3 & 2047;
        b3 >>= <u64>load<u8>(t3, usedAt);
        store<u64>(o3, load<u64>(t3 << 3, windowsAt));
        o3 += <usize>load<u8>(t3, numberAt);
        t0 = <usize>b0 & 2047;
        b0 >>= <u64>load<u8>(t0, usedAt);
        store<u64>(o0, load<u64>(t0 << 3, windowsAt));
        o0 += <usize>load<u8>(t0, numberAt);
        t1 = <usize>b1 & 2047;
        b1 >>= <u64>load<u8>(t1, usedAt);
        store<u64>(o1, load<u64>(t1 << 3, windowsAt));
        o1 += <usize>load<u8>(t1, numberAt);
        t2 = <usize>b2 & 2047;
        b2 >>= <u64>load<u8>(t2, usedAt);
        store<u64>(o2, load<u64>(t2 << 3, windowsAt));
        o2 += <usize>load<u8>(t2, numberAt);
        t3 = <usize>b3 & 2047;
        b3 >>= <u64>load<u8>(t3, usedAt);
        store<u64>(o3, load<u64>(t3 << 3, windowsAt));
        o3 += <usize>load<u8>(t3, numberAt);
        t0 = <usize>b0 & 2047;
        b0 >>= <u64>load<u8>(t0, usedAt);
        store<u64>(o0, load<u64>(t0 << 3, windowsAt));
        o0 += <usize>load<u8>(t0, numberAt);
        t1 = <usize>b1 & 2047;
        b1 >>= <u64>load<u8>(t1, usedAt);
        store<u64>(o1, load<u64>(t1 << 3, windowsAt));
        o1 += <usize>load<u8>(t1, numberAt);
        t2 = <usize>b2 & 2047;
        b2 >>= <u64>load<u8>(t2, usedAt);
        store<u64>(o2, load<u64>(t2 << 3, windowsAt));
        o2 += <usize>load<u8>(t2, numberAt);
        t3 = <usize>b3 & 2047;
        b3 >>= <u64>load<u8>(t3, usedAt);
        store<u64>(o3, load<u64>(t3 << 3, windowsAt));
        o3 += <usize>load<u8>(t3, numberAt);
        t0 = <usize>b0 & 2047;
        b0 >>= <u64>load<u8>(t0, usedAt);
        store<u64>(o0, load<u64>(t0 << 3, windowsAt));
        o0 += <usize>load<u8>(t0, numberAt);
        t1 = <usize>b1 & 2047;
        b1 >>= <u64>load<u8>(t1, usedAt);
        store<u64>(o1, load<u64>(t1 << 3, windowsAt));
        o1 += <usize>load<u8>(t1, numberAt);
        t2 = <usize>b2 & 2047;
        b2 >>= <u64>load<u8>(t2, usedAt);
        store<u64>(o2, load<u64>(t2 << 3, windowsAt));
        o2 += <usize>load<u8>(t2, numberAt);
        t3 = <usize>b3 & 2047;
        b3 >>= <u64>load<u8>(t3, usedAt);
        store<u64>(o3, load<u64>(t3 << 3, windowsAt));
        o3 += <usize>load<u8>(t3, numberAt);
        t0 = <usize>b0 & 2047;
        b0 >>= <u64>load<u8>(t0, usedAt);
        store<u64>(o0, load<u64>(t0 << 3, windowsAt));
        o0 += <usize>load<u8>(t0, numberAt);
        t1 = <usize>b1 & 2047;
        b1 >>= <u64>load<u8>(t1, usedAt);
        store<u64>(o1, load<u64>(t1 << 3, windowsAt));
        o1 += <usize>load<u8>(t1, numberAt);
        t2 = <usize>b2 & 2047;
        b2 >>= <u64>load<u8>(t2, usedAt);
        store<u64>(o2, load<u64>(t2 << 3, windowsAt));
        o2 += <usize>load<u8>(t2, numberAt);
        t3 = <usize>b3 & 2047;
        b3 >>= <u64>load<u8>(t3, usedAt);
        store<u64>(o3, load<u64>(t3 << 3, windowsAt));
        o3 += <usize>load<u8>(t3, numberAt);
        p0 += <u32>clz(b0);
        p1 += <u32>clz(b1);
        p2 += <u32>clz(b2);
        p3 += <u32>clz(b3);
      }
    }
    if (!finish(source, p0, e0, o0, f0)) return 1;
    if (!finish(source, p1, e1, o1, f1)) return 1;
    if (!finish(source, p2, e2, o2, f2)) return 1;
    if (!finish(source, p3, e3, o3, f3)) return 1;
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

/** Decodes symbol by symbol up to `end`; whether the stream's last bit is then in its last byte, zeros behind it. */
function finish(source: usize, at: u32, last: u32, to: usize, end: usize): bool {
  for (; to < end; to++) {
    if (at > last) return false;
    const bits = load<u32>(source + (at >> 3)) >> (at & 7);
    const entry = <u32>load<u16>((bits & 2047) << 1, singlesAt);
    store<u8>(to, entry);
    at += entry >> 8;
  }
  if (at > last || last - at > 7) return false;
  return (at & 7) == 0 || (<u32>load<u8>(source + (at >> 3)) >> (at & 7)) == 0;
}

/** `length << 8 | symbol` for every 11-bit window. */
function fillSingles(lengths: usize): void {
  let code: u32 = 0;
  for (let size: u32 = 1; size <= 11; size++) {
    for (let symbol: u32 = 0; symbol < 256; symbol++) {
      if (load<u8>(lengths + symbol) != <u8>size) continue;
      for (let at = reversed(code, size); at < 2048; at += 1 << size) store<u16>(at << 1, (size << 8) | symbol, singlesAt);
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
function fillWindows(): void {
  for (let at: u32 = 0; at < 2048; at++) {
    let entry: u64 = 0;
    let bits = at;
    let used: u32 = 0;
    let symbols: u64 = 0;
    while (symbols < 6) {
      const single = <u32>load<u16>(bits << 1, singlesAt);
      const size = single >> 8;
      if (used + size > 11) break;
      entry |= <u64>(single & 255) << (symbols << 3);
      symbols++;
      used += size;
      bits >>= size;
    }
    store<u64>(at << 3, entry, windowsAt);
    store<u8>(at, used, usedAt);
    store<u8>(at, <u8>symbols, numberAt);
  }
}
