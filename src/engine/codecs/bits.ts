/** Writes numbers of some bits each, the first into the lowest bits. */
export interface BitWriter {
  write(value: number, bits: number): void;
  /** All bytes so far; the bits that fill the last one are 0. */
  bytes(): Uint8Array;
}

/** An empty {@link BitWriter}; for headers, not for streams. */
export function bitWriter(): BitWriter {
  const bytes: number[] = [];
  let used = 0;
  return {
    write(value, bits) {
      for (let bit = 0; bit < bits; bit++, used++) {
        if ((used & 7) === 0) bytes.push(0);
        bytes[used >> 3] = (bytes[used >> 3] ?? 0) | (((value >>> bit) & 1) << (used & 7));
      }
    },
    bytes: () => Uint8Array.from(bytes),
  };
}

/** Reads what a {@link BitWriter} wrote, from byte `start` on; behind the end there are zeros. */
export function bitReader(bytes: Uint8Array, start: number): (bits: number) => number {
  let at = 8 * start;
  return (bits) => {
    let value = 0;
    for (let bit = 0; bit < bits; bit++, at++) value |= (((bytes[at >> 3] ?? 0) >> (at & 7)) & 1) << bit;
    return value;
  };
}
