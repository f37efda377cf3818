import { precision } from './kernel.ts';

const total = 2 ** precision;
/** Weights have up to this many bits. */
export const weightBits = 15;

/** Counts as weights from 1 to 2^15 - 1, of each only the leading one and the `mantissaBits` bits behind it; 0 for unused. */
export function weightsOf(counts: Uint32Array, mantissaBits: number): Uint16Array {
  const greatest = counts.reduce((most, count) => Math.max(most, count), 1);
  const most = 2 ** weightBits - 1;
  return Uint16Array.from(counts, (count) => {
    if (count === 0) return 0;
    const weight = Math.max(1, Math.round((count / greatest) * most));
    const dropped = Math.max(0, bitLength(weight) - 1 - mantissaBits);
    const half = dropped === 0 ? 0 : 2 ** (dropped - 1);
    // Rounding up may add a bit; where there is no more room for one, it is rounded down.
    const rounded = weight + half > most ? weight : weight + half;
    const shift = Math.max(0, bitLength(rounded) - 1 - mantissaBits);
    return (rounded >> shift) << shift;
  });
}

/** How many bits a number below 2^31 has from its leading one on. */
export function bitLength(value: number): number {
  return 32 - Math.clz32(value);
}

/**
 * Frequencies that add up to 2^14 and are in proportion to `weights`, but at least 1 for each that is not 0. Part of the
 * format: whole numbers only, and ties go to the lowest symbol. At least two weights must not be 0.
 */
export function normalize(weights: Uint16Array): Uint16Array {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const isRare = (weight: number) => weight * total < sum;
  let [rest, room] = [sum, total];
  for (const weight of weights) {
    if (weight === 0 || !isRare(weight)) continue;
    rest -= weight;
    room--;
  }
  const frequencies = new Uint16Array(256);
  const remainders: { readonly symbol: number; readonly remainder: number }[] = [];
  let left = total;
  weights.forEach((weight, symbol) => {
    if (weight === 0) return;
    const share = isRare(weight) ? 1 : Math.max(1, Math.floor((weight * room) / rest));
    frequencies[symbol] = share;
    left -= share;
    if (!isRare(weight)) remainders.push({ symbol, remainder: (weight * room) % rest });
  });
  remainders.sort((one, other) => other.remainder - one.remainder || one.symbol - other.symbol);
  for (const { symbol } of remainders.slice(0, Math.max(0, left))) {
    frequencies[symbol] = (frequencies[symbol] ?? 0) + 1;
    left--;
  }
  // Shares of at least 1 may be too many by a few; the most frequent symbol has them to spare.
  const greatest = frequencies.indexOf(frequencies.reduce((most, frequency) => Math.max(most, frequency), 0));
  frequencies[greatest] = (frequencies[greatest] ?? 0) + left;
  return frequencies;
}

/** Words `frequency << 16 | sum of the frequencies before`. */
export function frequencyTable(frequencies: Uint16Array): Uint32Array {
  let before = 0;
  return Uint32Array.from(frequencies, (frequency) => {
    const entry = ((frequency << 16) | before) >>> 0;
    before += frequency;
    return entry;
  });
}
