/** Bits of precision of the frequencies, which add up to 2 to their power. */
export const precision = 14;
/** States that take turns, one symbol each. */
export const lanes = 8;
/** Every state is at least this between two symbols. */
export const leastState = 2 ** 16;

/**
 * The loops of rANS over addresses of one memory. `frequencies` has 256 words `frequency << 16 | sum of those before`;
 * `symbols` has the symbol of each of the 2^14 slots.
 */
export interface RansKernel {
  /** Counts the bytes into 256 words at `counts`. */
  count(source: number, length: number, counts: number): void;
  /** Writes the coded bytes so that they end at `end`, at most 2 for a symbol and 4 for each lane; returns how many. */
  encode(source: number, length: number, frequencies: number, end: number): number;
  /** Returns 0, or 1 where the states or the stream do not end as they must. */
  decode(
    source: number,
    available: number,
    frequencies: number,
    symbols: number,
    target: number,
    length: number,
  ): number;
}

/** The reference loops, over the same memory as the compiled ones. */
export function referenceKernel(memory: Uint8Array): RansKernel {
  const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  return {
    count(source, length, counts) {
      for (let i = 0; i < 256; i++) view.setUint32(counts + 4 * i, 0, true);
      for (let i = source; i < source + length; i++) {
        const at = counts + 4 * memory[i]!;
        view.setUint32(at, view.getUint32(at, true) + 1, true);
      }
    },

    encode(source, length, frequencies, end) {
      const states = Array<number>(lanes).fill(leastState);
      let at = end;
      for (let i = length - 1; i >= 0; i--) {
        const entry = view.getUint32(frequencies + 4 * memory[source + i]!, true);
        const frequency = entry >>> 16;
        let state = states[i % lanes]!;
        if (state >= frequency * 2 ** (32 - precision)) {
          at -= 2;
          view.setUint16(at, state & 0xffff, true);
          state = Math.floor(state / 65536);
        }
        states[i % lanes] = Math.floor(state / frequency) * 2 ** precision + (state % frequency) + (entry & 0xffff);
      }
      for (const state of states.toReversed()) view.setUint32((at -= 4), state, true);
      return end - at;
    },

    decode(source, available, frequencies, symbols, target, length) {
      const states = Array.from({ length: lanes }, (_, lane) => view.getUint32(source + 4 * lane, true));
      const end = source + available;
      let at = source + 4 * lanes;
      for (let i = 0; i < length; i++) {
        let state = states[i % lanes]!;
        const slot = state % 2 ** precision;
        const symbol = memory[symbols + slot]!;
        const entry = view.getUint32(frequencies + 4 * symbol, true);
        state = (entry >>> 16) * Math.floor(state / 2 ** precision) + slot - (entry & 0xffff);
        if (state < leastState) {
          if (at + 2 > end) return 1;
          state = state * 65536 + view.getUint16(at, true);
          at += 2;
        }
        states[i % lanes] = state;
        memory[target + i] = symbol;
      }
      return at === end && states.every((state) => state === leastState) ? 0 : 1;
    },
  };
}
