/**
 * The loops of difference over addresses of one memory. `count` elements of `width` bytes and as many of the reference;
 * `classes` is a table of 256 bytes that gives the class of `(element >> shift) & mask` of the reference; `pointers` are 16
 * addresses of symbol streams, one for each class, which the loops advance. `ordered`: elements are floating-point numbers.
 */
export interface DifferenceKernel {
  /** Counts, in 256 words at `table`, the context values of the reference. */
  survey(reference: number, count: number, width: number, shift: number, mask: number, table: number): void;
  /** Writes symbols and low bits; returns the number of low bits. */
  split(...place: Place): number;
  /** Reads symbols and at most `available` low bits; returns the number of low bits that the symbols ask for. */
  join(...place: [...place: Place, available: number]): number;
}

type Place = [
  elements: number,
  reference: number,
  count: number,
  width: number,
  shift: number,
  mask: number,
  ordered: number,
  classes: number,
  pointers: number,
  bits: number,
];

/** The reference loops, over the same memory as the compiled ones. */
export function referenceKernel(memory: Uint8Array): DifferenceKernel {
  const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  const read = (at: number, width: number) =>
    width === 1 ? view.getUint8(at) : width === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
  const write = (at: number, width: number, value: number): void => {
    if (width === 1) view.setUint8(at, value);
    else if (width === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
  };
  const next = (pointers: number, place: number): number => {
    const at = view.getUint32(pointers + 4 * place, true);
    view.setUint32(pointers + 4 * place, at + 1, true);
    return at;
  };
  return {
    survey(reference, count, width, shift, mask, table) {
      memory.fill(0, table, table + 1024);
      for (let i = 0; i < count; i++) {
        const cell = table + 4 * ((read(reference + i * width, width) >>> shift) & mask);
        view.setUint32(cell, view.getUint32(cell, true) + 1, true);
      }
    },

    split(source, reference, count, width, shift, mask, ordered, classes, pointers, bits) {
      let written = 0;
      for (let i = 0; i < count; i++) {
        const base = read(reference + i * width, width);
        const value = read(source + i * width, width);
        const distance = signed(ranked(value, width, ordered) - ranked(base, width, ordered), width);
        const size = Math.abs(distance);
        const low = lowBits(size);
        memory[next(pointers, memory[classes + ((base >>> shift) & mask)]!)] =
          2 * magnitudeSymbol(size) + (distance < 0 ? 1 : 0);
        for (let bit = 0; bit < low; bit++, written++) {
          const at = bits + (written >> 3);
          const kept = (written & 7) === 0 ? 0 : memory[at]!;
          memory[at] = kept | (((size >>> bit) & 1) << (written & 7));
        }
      }
      return written;
    },

    join(target, reference, count, width, shift, mask, ordered, classes, pointers, bits, available) {
      let used = 0;
      for (let i = 0; i < count; i++) {
        const base = read(reference + i * width, width);
        const symbol = memory[next(pointers, memory[classes + ((base >>> shift) & mask)]!)]!;
        const magnitude = symbol >> 1;
        const low = magnitude < 8 ? 0 : (magnitude - 8) >> 2 <= 28 ? ((magnitude - 8) >> 2) + 1 : 29;
        let size = magnitude < 8 ? magnitude : (4 + ((magnitude - 8) & 3)) * 2 ** low;
        for (let bit = 0; bit < low; bit++, used++)
          if (used < available) size += ((memory[bits + (used >> 3)]! >> (used & 7)) & 1) * 2 ** bit;
        const rank = ranked(base, width, ordered) + ((symbol & 1) !== 0 ? -size : size);
        write(target + i * width, width, unranked(rank, width, ordered));
      }
      return used;
    },
  };
}

/** Elements by size: of floating-point numbers, neighbours are one apart, from −∞ over 0 to ∞. */
function ranked(value: number, width: number, ordered: number): number {
  if (ordered === 0) return value;
  const top = 2 ** (8 * width - 1);
  return value >= top ? 2 * top - 1 - value : value + top;
}

function unranked(rank: number, width: number, ordered: number): number {
  const top = 2 ** (8 * width - 1);
  const wrapped = ((rank % (2 * top)) + 2 * top) % (2 * top);
  if (ordered === 0) return wrapped;
  return wrapped >= top ? wrapped - top : 2 * top - 1 - wrapped;
}

function signed(distance: number, width: number): number {
  const all = 2 ** (8 * width);
  const wrapped = ((distance % all) + all) % all;
  return wrapped >= all / 2 ? wrapped - all : wrapped;
}

function magnitudeSymbol(size: number): number {
  if (size < 8) return size;
  const exponent = 31 - Math.clz32(size);
  return 8 + (exponent - 3) * 4 + (Math.floor(size / 2 ** (exponent - 2)) & 3);
}

function lowBits(size: number): number {
  return size < 8 ? 0 : 31 - Math.clz32(size) - 2;
}
