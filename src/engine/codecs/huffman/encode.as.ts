import { tables } from '../../kernels/tables.as';

const subBlock: usize = 65536;

/**
 * Encodes with the 256 entries at `codes` (0 for unused symbols), one stream or sub-blocks of four. `sizes` receives the
 * size of each stream but is not touched for one. Returns the bytes written to `target`.
 */
export function encode(
  source: usize,
  length: usize,
  codes: usize,
  used: u32,
  sizes: usize,
  target: usize,
): usize {
  if (sizes == 0) return encodeSingles(source, length, codes, target);
  // The table is as long to fill as some symbols are to encode.
  const pairs = <usize>(used * used) <= length >> 2;
  if (pairs) fillPairs(codes);
  let to = target;
  let size = sizes;
  for (let start: usize = 0; start < length; start += subBlock) {
    const end = min(start + subBlock, length);
    const quarter = (end - start + 3) >> 2;
    for (let stream: usize = 0; stream < 4; stream++) {
      const from = min(start + stream * quarter, end);
      const symbols = min(quarter, end - from);
      const written = pairs
        ? encodePairs(source + from, symbols, codes, to)
        : encodeSingles(source + from, symbols, codes, to);
      store<u16>(size, <u16>written);
      size += 2;
      to += written;
    }
  }
  return to - target;
}

function fillPairs(codes: usize): void {
  let first: usize = 0;
  while (load<u32>(codes + first * 4) == 0) first++;
  let last: usize = 255;
  while (load<u32>(codes + last * 4) == 0) last--;
  for (let second = first; second <= last; second++) {
    const b = load<u32>(codes + second * 4);
    if (b == 0) continue;
    const row = second << 11;
    for (let symbol = first; symbol <= last; symbol++) {
      const a = load<u32>(codes + symbol * 4);
      if (a != 0) store<u64>(row + (symbol << 3), aligned(a, b), tables);
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
 * Keeps the pending bits at the top of a word: the next two pairs push them down, and what lengths leave at the bottom
 * falls out in time. Exported so that it stays a function of its own: within another it runs out of registers.
 */
export function encodePairs(source: usize, length: usize, codes: usize, target: usize): usize {
  let bits: u64 = 0;
  let filled: u32 = 0;
  let to = target;
  let i: usize = 0;
  for (const whole = length & ~15; i < whole; i += 16) {
    let a = load<u64>(<usize>load<u16>(source + i, 0) << 3, tables);
    let b = load<u64>(<usize>load<u16>(source + i, 2) << 3, tables);
    let c = load<u64>(<usize>load<u16>(source + i, 4) << 3, tables);
    let d = load<u64>(<usize>load<u16>(source + i, 6) << 3, tables);
    let low = (a >> b) | b;
    let high = (c >> d) | d;
    let lowLength = <u32>a + <u32>b;
    let highLength = <u32>c + <u32>d;
    bits = (bits >> lowLength) | low;
    filled += lowLength;
    if (filled + highLength > 57) {
      store<u64>(to, rotl<u64>(bits, filled));
      to += filled >> 3;
      filled &= 7;
    }
    bits = (bits >> highLength) | high;
    filled += highLength;
    store<u64>(to, rotl<u64>(bits, filled));
    to += filled >> 3;
    filled &= 7;
    a = load<u64>(<usize>load<u16>(source + i, 8) << 3, tables);
    b = load<u64>(<usize>load<u16>(source + i, 10) << 3, tables);
    c = load<u64>(<usize>load<u16>(source + i, 12) << 3, tables);
    d = load<u64>(<usize>load<u16>(source + i, 14) << 3, tables);
    low = (a >> b) | b;
    high = (c >> d) | d;
    lowLength = <u32>a + <u32>b;
    highLength = <u32>c + <u32>d;
    bits = (bits >> lowLength) | low;
    filled += lowLength;
    if (filled + highLength > 57) {
      store<u64>(to, rotl<u64>(bits, filled));
      to += filled >> 3;
      filled &= 7;
    }
    bits = (bits >> highLength) | high;
    filled += highLength;
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
