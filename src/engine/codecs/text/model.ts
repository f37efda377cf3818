import { squash, stretch } from '../logistic.ts';

/** Predictions that are mixed for each bit: one by each kind of context, one by the last byte, one by the last match. */
export const inputs = 8;
/** Kinds of contexts whose bits are remembered in buckets of {@link bucketSlots}, four bits of a byte each. */
export const contexts = 6;
export const bucketSlots = 16;
export const leastMatch = 6;
export const mostCompared = 32;

/** The bits of the number of buckets of each kind; more than the most gain little. */
export const leastBits = 12;
const mostBits = 15;

// Where things lie in a model's memory, from its first byte; `places.as.ts` has the same numbers.
export const places = {
  squash: 0,
  stretch: 8192,
  rates: 16384,
  firstLearned: 16512,
  order1: 57856,
  refinements: 188928,
  matchRefinements: 467456,
  matches: 493568,
} as const;

/** The bits of the number of buckets for so many bytes. Part of the format. */
export function bucketBits(length: number): number {
  return Math.min(Math.max(30 - Math.clz32(Math.max(1, length - 1)), leastBits), mostBits);
}

/** Bytes of memory that a model takes while it works on so many bytes. */
export function modelBytes(length: number): number {
  const bits = bucketBits(length);
  return places.matches + 4 * 2 ** (bits + 2) + contexts * 2 * bucketSlots * 2 ** bits;
}

/** The tables that every model begins with, up to `firstLearned`. */
export const tables = ((): Uint8Array => {
  const rates = Uint16Array.from({ length: 64 }, (_, seen) => Math.floor(655360 / (10 * seen + 16)));
  const bytes = new Uint8Array(places.firstLearned);
  bytes.set(new Uint8Array(squash.buffer), places.squash);
  bytes.set(new Uint8Array(stretch.buffer), places.stretch);
  bytes.set(new Uint8Array(rates.buffer), places.rates);
  return bytes;
})();
