/** How rows are mirror images of themselves: wholly, or but for their first element. */
export interface Mirroring {
  /** Elements of a row. */
  readonly period: number;
  /** Elements at the beginning of a row that have no counterpart, 0 or 1. */
  readonly alone: number;
}

/**
 * Turns the bits of each element in the second half of a row over where its counterpart in the first half has a 1; what is
 * no whole row stays. Applied twice it is the identity. Elements have `width` bytes.
 */
export function foldRows(bytes: Uint8Array, width: number, { period, alone }: Mirroring, target: Uint8Array): void {
  target.set(bytes);
  const row = period * width;
  for (let start = 0; start + row <= bytes.length; start += row)
    for (let [low, high] = [alone, period - 1]; low < high; low++, high--)
      for (let byte = 0; byte < width; byte++) {
        const at = start + high * width + byte;
        target[at] = bytes[at]! ^ bytes[start + low * width + byte]!;
      }
}

/** The share of elements with a counterpart that is equal to it but for the highest bit, 0 to 1. */
export function mirroredShare(bytes: Uint8Array, width: number, mirroring: Mirroring): number {
  const { period, alone } = mirroring;
  const rows = Math.floor(bytes.length / (period * width));
  const pairs = rows * ((period - alone) >> 1);
  let equal = 0;
  for (let row = 0; row < rows; row++)
    for (let [low, high] = [alone, period - 1]; low < high; low++, high--) {
      const [one, other] = [(row * period + low) * width, (row * period + high) * width];
      let different = (bytes[one + width - 1]! ^ bytes[other + width - 1]!) & 0x7f;
      for (let byte = 0; byte < width - 1; byte++) different |= bytes[one + byte]! ^ bytes[other + byte]!;
      if (different === 0) equal++;
    }
  return pairs === 0 ? 0 : equal / pairs;
}
