const precision: u32 = 14;
const slots: u32 = (1 << precision) - 1;
const leastState: u32 = 1 << 16;

/** See `kernel.ts`. */
export function count(source: usize, length: usize, counts: usize): void {
  memory.fill(counts, 0, 1024);
  for (let i: usize = 0; i < length; i++) {
    const at = counts + ((<usize>load<u8>(source + i)) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
}

// Lanes are local variables and steps are written out for each, because only locals stay in registers.

// @ts-ignore: decorator
@inline
function entryOf(frequencies: usize, symbol: u8): u32 {
  return load<u32>(frequencies + ((<usize>symbol) << 2));
}

/** Whether a state must give off its low half before a symbol is pushed. */
// @ts-ignore: decorator
@inline
function isFull(state: u32, entry: u32): u32 {
  return <u32>(state >= (entry >> 16) << (32 - precision));
}

// @ts-ignore: decorator
@inline
function push(state: u32, entry: u32): u32 {
  const frequency = entry >> 16;
  const quotient = state / frequency;
  return (quotient << precision) + (state - quotient * frequency) + (entry & 0xffff);
}

// @ts-ignore: decorator
@inline
function pop(state: u32, entry: u32): u32 {
  return (entry >> 16) * (state >> precision) + (state & slots) - (entry & 0xffff);
}

// @ts-ignore: decorator
@inline
function refill(state: u32, next: usize): u32 {
  return select((state << 16) | (<u32>load<u16>(next)), state, state < leastState);
}

export function encode(source: usize, length: usize, frequencies: usize, target: usize): usize {
  let a = leastState;
  let b = leastState;
  let c = leastState;
  let d = leastState;
  let e = leastState;
  let f = leastState;
  let g = leastState;
  let h = leastState;
  let end = target;
  const whole = source + (length & ~7);
  const rest = length & 7;
  // The states go round once, so that the last few symbols meet theirs.
  for (let lane: usize = 7; <isize>lane >= 0; lane--) {
    let state = h;
    if (lane < rest) {
      const entry = entryOf(frequencies, load<u8>(whole + lane));
      const full = isFull(state, entry);
      store<u16>(end - 2, state);
      end -= full << 1;
      state = push(state >> (full << 4), entry);
    }
    h = g;
    g = f;
    f = e;
    e = d;
    d = c;
    c = b;
    b = a;
    a = state;
  }
  for (let from = whole; from > source;) {
    from -= 8;
    const hEntry = entryOf(frequencies, load<u8>(from, 7));
    const hFull = isFull(h, hEntry);
    store<u16>(end - 2, h);
    end -= hFull << 1;
    h = push(h >> (hFull << 4), hEntry);
    const gEntry = entryOf(frequencies, load<u8>(from, 6));
    const gFull = isFull(g, gEntry);
    store<u16>(end - 2, g);
    end -= gFull << 1;
    g = push(g >> (gFull << 4), gEntry);
    const fEntry = entryOf(frequencies, load<u8>(from, 5));
    const fFull = isFull(f, fEntry);
    store<u16>(end - 2, f);
    end -= fFull << 1;
    f = push(f >> (fFull << 4), fEntry);
    const eEntry = entryOf(frequencies, load<u8>(from, 4));
    const eFull = isFull(e, eEntry);
    store<u16>(end - 2, e);
    end -= eFull << 1;
    e = push(e >> (eFull << 4), eEntry);
    const dEntry = entryOf(frequencies, load<u8>(from, 3));
    const dFull = isFull(d, dEntry);
    store<u16>(end - 2, d);
    end -= dFull << 1;
    d = push(d >> (dFull << 4), dEntry);
    const cEntry = entryOf(frequencies, load<u8>(from, 2));
    const cFull = isFull(c, cEntry);
    store<u16>(end - 2, c);
    end -= cFull << 1;
    c = push(c >> (cFull << 4), cEntry);
    const bEntry = entryOf(frequencies, load<u8>(from, 1));
    const bFull = isFull(b, bEntry);
    store<u16>(end - 2, b);
    end -= bFull << 1;
    b = push(b >> (bFull << 4), bEntry);
    const aEntry = entryOf(frequencies, load<u8>(from));
    const aFull = isFull(a, aEntry);
    store<u16>(end - 2, a);
    end -= aFull << 1;
    a = push(a >> (aFull << 4), aEntry);
  }
  end -= 32;
  store<u32>(end, a);
  store<u32>(end, b, 4);
  store<u32>(end, c, 8);
  store<u32>(end, d, 12);
  store<u32>(end, e, 16);
  store<u32>(end, f, 20);
  store<u32>(end, g, 24);
  store<u32>(end, h, 28);
  return target - end;
}

export function decode(
  source: usize,
  available: usize,
  frequencies: usize,
  symbols: usize,
  target: usize,
  length: usize,
): u32 {
  let a = load<u32>(source);
  let b = load<u32>(source, 4);
  let c = load<u32>(source, 8);
  let d = load<u32>(source, 12);
  let e = load<u32>(source, 16);
  let f = load<u32>(source, 20);
  let g = load<u32>(source, 24);
  let h = load<u32>(source, 28);
  const limit = source + available;
  const whole = target + (length & ~7);
  let next = source + 32;
  let to = target;
  // Eight symbols read up to sixteen bytes; those beyond the end are slack, and `next` then tells that they were used.
  for (; to < whole && next <= limit; to += 8) {
    const aSymbol = load<u8>(symbols + (a & slots));
    store<u8>(to, aSymbol);
    a = pop(a, entryOf(frequencies, aSymbol));
    const aShort = <usize>(a < leastState);
    a = refill(a, next);
    next += aShort << 1;
    const bSymbol = load<u8>(symbols + (b & slots));
    store<u8>(to, bSymbol, 1);
    b = pop(b, entryOf(frequencies, bSymbol));
    const bShort = <usize>(b < leastState);
    b = refill(b, next);
    next += bShort << 1;
    const cSymbol = load<u8>(symbols + (c & slots));
    store<u8>(to, cSymbol, 2);
    c = pop(c, entryOf(frequencies, cSymbol));
    const cShort = <usize>(c < leastState);
    c = refill(c, next);
    next += cShort << 1;
    const dSymbol = load<u8>(symbols + (d & slots));
    store<u8>(to, dSymbol, 3);
    d = pop(d, entryOf(frequencies, dSymbol));
    const dShort = <usize>(d < leastState);
    d = refill(d, next);
    next += dShort << 1;
    const eSymbol = load<u8>(symbols + (e & slots));
    store<u8>(to, eSymbol, 4);
    e = pop(e, entryOf(frequencies, eSymbol));
    const eShort = <usize>(e < leastState);
    e = refill(e, next);
    next += eShort << 1;
    const fSymbol = load<u8>(symbols + (f & slots));
    store<u8>(to, fSymbol, 5);
    f = pop(f, entryOf(frequencies, fSymbol));
    const fShort = <usize>(f < leastState);
    f = refill(f, next);
    next += fShort << 1;
    const gSymbol = load<u8>(symbols + (g & slots));
    store<u8>(to, gSymbol, 6);
    g = pop(g, entryOf(frequencies, gSymbol));
    const gShort = <usize>(g < leastState);
    g = refill(g, next);
    next += gShort << 1;
    const hSymbol = load<u8>(symbols + (h & slots));
    store<u8>(to, hSymbol, 7);
    h = pop(h, entryOf(frequencies, hSymbol));
    const hShort = <usize>(h < leastState);
    h = refill(h, next);
    next += hShort << 1;
  }
  if (next > limit) return 1;
  for (let end = target + length; to < end; to++) {
    const symbol = load<u8>(symbols + (a & slots));
    store<u8>(to, symbol);
    let state = pop(a, entryOf(frequencies, symbol));
    const short = <usize>(state < leastState);
    state = refill(state, next);
    next += short << 1;
    a = b;
    b = c;
    c = d;
    d = e;
    e = f;
    f = g;
    g = h;
    h = state;
  }
  const differences =
    (a ^ leastState) |
    (b ^ leastState) |
    (c ^ leastState) |
    (d ^ leastState) |
    (e ^ leastState) |
    (f ^ leastState) |
    (g ^ leastState) |
    (h ^ leastState);
  return select<u32>(0, 1, next == limit && differences == 0);
}
