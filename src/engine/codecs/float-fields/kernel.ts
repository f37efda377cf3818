/**
 * The loops of float-fields over addresses of one memory: `count` elements of `width` bytes, residuals of `k` bits. `tops`
 * is scratch for {@link tileElements} 16-bit words; `planes` are the addresses of the low byte planes, lowest first.
 */
export interface FloatFieldsKernel {
  survey(source: number, count: number, width: number, k: number, step: number, table: number): void;
  /** Returns the number of escapes. */
  split(...place: Place): number;
  /** Returns the greatest symbol plus one, escapes left out, plus 256 when there is an escape. */
  join(...place: Place): number;
  gather(source: number, count: number, width: number, k: number, symbols: number, escapes: number): void;
  scatter(
    target: number,
    count: number,
    width: number,
    k: number,
    base: number,
    symbols: number,
    escapes: number,
    available: number,
  ): number;
}

type Place = [
  elements: number,
  count: number,
  width: number,
  k: number,
  base: number,
  tops: number,
  symbols: number,
  residuals: number,
  ...planes: number[],
];

/** Elements of more than two bytes are worked on in tiles of this many. */
export const tileElements = 4096;

/** Elements whose residuals are packed together, 16 to each of 8 lanes. */
const group = 128;

/** The reference loops, over the same memory as the compiled ones. */
export function referenceKernel(memory: Uint8Array): FloatFieldsKernel {
  const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  const field = (top: number, k: number) => (top & 0x7fff) >> (k - 1);

  /** Calls `each` with the index of every residual bit, in stream order, and of its element and the bit in it. */
  function walk(count: number, k: number, each: (at: number, element: number, bit: number) => void): void {
    const whole = count - (count % group);
    for (let i = 0; i < count; i++)
      for (let bit = 0; bit < k; bit++) {
        const inside = ((i % group) >> 3) * k + bit;
        const word = inside >> 4;
        if (k === 8 || i >= whole) each(i * k + bit, i, bit);
        else each((i - (i % group)) * k + word * 128 + (i & 7) * 16 + (inside & 15), i, bit);
      }
  }

  return {
    survey(source, count, width, k, step, table) {
      memory.fill(0, table, table + 4 * 2 ** (16 - k));
      for (let run = 0; run < count; run += 32 * step)
        for (let i = run; i < Math.min(run + 32, count); i++) {
          const cell = table + 4 * field(view.getUint16(source + i * width + width - 2, true), k);
          view.setUint32(cell, view.getUint32(cell, true) + 1, true);
        }
    },

    split(source, count, width, k, base, _tops, symbols, residuals, ...planes) {
      const top = (i: number) => view.getUint16(source + i * width + width - 2, true);
      let escapes = 0;
      for (let i = 0; i < count; i++) {
        for (let j = 0; j < width - 2; j++) memory[planes[j]! + i] = memory[source + i * width + j]!;
        const value = field(top(i), k);
        const symbol = value === 0 ? 0 : value >= base && value < base + 254 ? value - base + 1 : 255;
        memory[symbols + i] = symbol;
        if (symbol === 255) escapes++;
      }
      memory.fill(0, residuals, residuals + Math.ceil((count * k) / 8));
      walk(count, k, (at, i, bit) => {
        const set = bit === 0 ? top(i) >> 15 : (top(i) >> (bit - 1)) & 1;
        memory[residuals + (at >> 3)]! |= set << (at & 7);
      });
      return escapes;
    },

    join(target, count, width, k, base, _tops, symbols, residuals, ...planes) {
      let greatest = 0;
      for (let i = 0; i < count; i++) {
        for (let j = 0; j < width - 2; j++) memory[target + i * width + j] = memory[planes[j]! + i]!;
        const symbol = memory[symbols + i]!;
        greatest = Math.max(greatest & 255, (symbol + 1) & 255) | (greatest & 256) | ((symbol + 1) & 256);
        const value = symbol === 0 ? 0 : symbol - 1 + base;
        view.setUint16(target + i * width + width - 2, (value << (k - 1)) & 0x7fff, true);
      }
      walk(count, k, (at, i, bit) => {
        const set = (memory[residuals + (at >> 3)]! >> (at & 7)) & 1;
        const place = target + i * width + width - 2;
        view.setUint16(place, view.getUint16(place, true) | (set << (bit === 0 ? 15 : bit - 1)), true);
      });
      return greatest;
    },

    gather(source, count, width, k, symbols, escapes) {
      let to = escapes;
      for (let i = 0; i < count; i++) {
        if (memory[symbols + i] !== 255) continue;
        view.setUint16(to, field(view.getUint16(source + i * width + width - 2, true), k), true);
        to += 2;
      }
    },

    scatter(target, count, width, k, base, symbols, escapes, available) {
      let used = 0;
      const raw = 0x8000 | (2 ** (k - 1) - 1);
      for (let i = 0; i < count; i++) {
        if (memory[symbols + i] !== 255) continue;
        if (used === available) return -1;
        const value = view.getUint16(escapes + 2 * used++, true);
        if (value === 0 || (value >= base && value < base + 254) || value >= 2 ** (16 - k)) return -1;
        const place = target + i * width + width - 2;
        view.setUint16(place, (view.getUint16(place, true) & raw) | (value << (k - 1)), true);
      }
      return used;
    },
  };
}
