/** Bits of a state; tables of Huffman weights have six at most. */
const log = 6;
const size = 2 ** log;
/** Weights run from 0 to 11. */
const alphabet = 12;

/**
 * Huffman weights as RFC 8878, 4.2.1.2 has them when they are many: the description of a finite-state entropy table, then
 * the weights with two states in turn. `undefined` where all weights are equal, for which there is no such form.
 */
export function encodeWeights(weights: Uint8Array): Uint8Array | undefined {
  const counts = new Uint32Array(alphabet);
  for (const weight of weights) counts[weight] = (counts[weight] ?? 0) + 1;
  if (weights.length < 2 || counts.includes(weights.length)) return undefined;
  const shares = sharesOf(counts, weights.length);
  const bits = new BitWriter();
  writeShares(shares, bits);
  bits.toByte();
  writeStates(weights, tableOf(shares), bits);
  return bits.bytes();
}

/** Counts as shares of `size`, each that occurs at least 1. */
function sharesOf(counts: Uint32Array, total: number): Uint8Array {
  const shares = Uint8Array.from(counts, (count) =>
    count === 0 ? 0 : Math.max(1, Math.round((count * size) / total)),
  );
  // What is too much or too little goes where it changes least.
  for (let rest = size - shares.reduce((sum, share) => sum + share, 0); rest !== 0; rest -= Math.sign(rest)) {
    let best = -1;
    let least = Infinity;
    for (let symbol = 0; symbol < alphabet; symbol++) {
      const [count, share] = [counts[symbol] ?? 0, shares[symbol] ?? 0];
      if (count === 0 || share + Math.sign(rest) < 1) continue;
      const cost = count * Math.log2(share / (share + Math.sign(rest)));
      if (cost < least) [best, least] = [symbol, cost];
    }
    shares[best] = (shares[best] ?? 0) + Math.sign(rest);
  }
  return shares;
}

/** The description of the table (4.1.1), from the lowest bit on. */
function writeShares(shares: Uint8Array, bits: BitWriter): void {
  bits.put(log - 5, 4);
  let [rest, threshold, width] = [size + 1, size, log + 1];
  for (let symbol = 0; rest > 1; symbol++) {
    const share = shares[symbol] ?? 0;
    const spare = 2 * threshold - 1 - rest;
    rest -= share;
    const value = share + 1 >= threshold ? share + 1 + spare : share + 1;
    bits.put(value, value < spare ? width - 1 : width);
    if (share === 0) {
      let zeros = 0;
      while ((shares[symbol + 1 + zeros] ?? 1) === 0) zeros++;
      symbol += zeros;
      for (; zeros >= 3; zeros -= 3) bits.put(3, 2);
      bits.put(zeros, 2);
    }
    for (; rest < threshold; threshold >>= 1) width--;
  }
}

interface Table {
  /** The next state, by symbol and what is left of the state. */
  readonly states: Uint16Array;
  readonly shift: Int32Array;
  readonly start: Int32Array;
}

/** The table of an encoder: its states are spread as the decoder spreads them (4.1.1). */
function tableOf(shares: Uint8Array): Table {
  const step = (size >> 1) + (size >> 3) + 3;
  const spread = new Uint8Array(size);
  let place = 0;
  const next = new Uint32Array(alphabet);
  const [states, shift, start] = [new Uint16Array(size), new Int32Array(alphabet), new Int32Array(alphabet)];
  let total = 0;
  shares.forEach((share, symbol) => {
    for (let copy = 0; copy < share; copy++) {
      spread[place] = symbol;
      place = (place + step) & (size - 1);
    }
    next[symbol] = total;
    const most = share === 1 ? log : log - (31 - Math.clz32(share - 1));
    shift[symbol] = (most << 16) - (share << most);
    start[symbol] = total - share;
    total += share;
  });
  spread.forEach((symbol, at) => {
    states[next[symbol] ?? 0] = size + at;
    next[symbol] = (next[symbol] ?? 0) + 1;
  });
  return { states, shift, start };
}

/** Symbols from the last to the first, two states in turn, then both states and a one behind them. */
function writeStates(symbols: Uint8Array, { states, shift, start }: Table, bits: BitWriter): void {
  const step = (state: number, symbol: number, isFirst: boolean): number => {
    const own = shift[symbol] ?? 0;
    const width = isFirst ? (own + 2 ** 15) >> 16 : (state + own) >> 16;
    const from = isFirst ? (width << 16) - own : state;
    if (!isFirst) bits.put(state & ((1 << width) - 1), width);
    return states[(from >> width) + (start[symbol] ?? 0)] ?? 0;
  };
  const both = [0, 0];
  const seen = [false, false];
  for (let at = symbols.length - 1; at >= 0; at--) {
    const turn = at % 2;
    both[turn] = step(both[turn] ?? 0, symbols[at] ?? 0, !seen[turn]);
    seen[turn] = true;
  }
  for (const turn of [1, 0]) bits.put((both[turn] ?? 0) & ((1 << log) - 1), log);
  bits.put(1, 1);
}

/** Bits in bytes, lowest first. */
class BitWriter {
  readonly #bytes: number[] = [];
  #bits = 0;
  #filled = 0;

  put(value: number, width: number): void {
    this.#bits |= value << this.#filled;
    this.#filled += width;
    for (; this.#filled >= 8; this.#filled -= 8) {
      this.#bytes.push(this.#bits & 255);
      this.#bits >>>= 8;
    }
  }

  toByte(): void {
    if (this.#filled > 0) this.put(0, 8 - this.#filled);
  }

  bytes(): Uint8Array {
    this.toByte();
    return Uint8Array.from(this.#bytes);
  }
}
