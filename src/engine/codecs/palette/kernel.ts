/**
 * The loops of palette. Indexes are given in order of first appearance, so one pass finds and numbers the elements. The
 * hash is a multiplication whose top bits choose one of 1024 slots: with at most 256 elements three in four stay empty.
 */
const slotBits = 10;
const slotMask = (1 << slotBits) - 1;
const multiplier = 0x9e3779b1;
export const mostElements = 256;

/** Slot → index + 1 of the element there; 0 is empty. */
const slots = new Uint16Array(1 << slotBits);

/**
 * Numbers 16-bit elements: fills `indexes` and `table`, and returns how many distinct elements there are, or `undefined`
 * as soon as there are more than `most`.
 */
export function split16(
  elements: Uint16Array,
  indexes: Uint8Array,
  table: Uint16Array,
  most: number,
): number | undefined {
  slots.fill(0);
  let count = 0;
  for (let at = 0; at < elements.length; at++) {
    const element = elements[at]!;
    let slot = Math.imul(element, multiplier) >>> (32 - slotBits);
    let index = slots[slot]!;
    while (index !== 0 && table[index - 1] !== element) {
      slot = (slot + 1) & slotMask;
      index = slots[slot]!;
    }
    if (index === 0) {
      if (count === most) return undefined;
      table[count++] = element;
      slots[slot] = index = count;
    }
    indexes[at] = index - 1;
  }
  return count;
}

/** The same for 32-bit elements. */
export function split32(
  elements: Uint32Array,
  indexes: Uint8Array,
  table: Uint32Array,
  most: number,
): number | undefined {
  slots.fill(0);
  let count = 0;
  for (let at = 0; at < elements.length; at++) {
    const element = elements[at]!;
    let slot = Math.imul(element ^ (element >>> 15), multiplier) >>> (32 - slotBits);
    let index = slots[slot]!;
    while (index !== 0 && table[index - 1] !== element) {
      slot = (slot + 1) & slotMask;
      index = slots[slot]!;
    }
    if (index === 0) {
      if (count === most) return undefined;
      table[count++] = element;
      slots[slot] = index = count;
    }
    indexes[at] = index - 1;
  }
  return count;
}

/** The same for 64-bit elements, given as pairs of 32-bit halves, the low one first. */
export function split64(
  halves: Uint32Array,
  indexes: Uint8Array,
  table: Uint32Array,
  most: number,
): number | undefined {
  slots.fill(0);
  let count = 0;
  for (let at = 0; at < indexes.length; at++) {
    const low = halves[2 * at]!;
    const high = halves[2 * at + 1]!;
    let slot = Math.imul(low ^ Math.imul(high ^ (high >>> 15), 0x85ebca6b), multiplier) >>> (32 - slotBits);
    let index = slots[slot]!;
    while (index !== 0 && (table[2 * index - 2] !== low || table[2 * index - 1] !== high)) {
      slot = (slot + 1) & slotMask;
      index = slots[slot]!;
    }
    if (index === 0) {
      if (count === most) return undefined;
      table[2 * count] = low;
      table[2 * count + 1] = high;
      count++;
      slots[slot] = index = count;
    }
    indexes[at] = index - 1;
  }
  return count;
}

/** The largest index, which the binding compares with the table before any join. */
export function largest(indexes: Uint8Array): number {
  let most = 0;
  for (let at = 0; at < indexes.length; at++) if (indexes[at]! > most) most = indexes[at]!;
  return most;
}

/** Looks 16- or 32-bit elements up again. */
export function join<Elements extends Uint16Array | Uint32Array>(
  indexes: Uint8Array,
  table: Elements,
  elements: Elements,
): void {
  for (let at = 0; at < indexes.length; at++) elements[at] = table[indexes[at]!]!;
}

/** Looks 64-bit elements up again, as pairs of halves. */
export function join64(indexes: Uint8Array, table: Uint32Array, halves: Uint32Array): void {
  for (let at = 0; at < indexes.length; at++) {
    const index = indexes[at]!;
    halves[2 * at] = table[2 * index]!;
    halves[2 * at + 1] = table[2 * index + 1]!;
  }
}
