/** The loops of steps over addresses of one memory; `count` elements of `width` bytes, of which the first `distance` have no step. */
export interface StepsKernel {
  encode(source: number, count: number, width: number, distance: number, steps: number): void;
  /** The first `distance` elements of `target` are there already. */
  decode(steps: number, count: number, width: number, distance: number, target: number): void;
}

/** The reference loops, over the same memory as the compiled ones. */
export function referenceKernel(memory: Uint8Array): StepsKernel {
  function read(at: number, width: number): bigint {
    let value = 0n;
    for (let byte = width - 1; byte >= 0; byte--) value = (value << 8n) | BigInt(memory[at + byte]!);
    return BigInt.asIntN(8 * width, value);
  }
  function write(at: number, width: number, value: bigint): void {
    for (let byte = 0; byte < width; byte++) memory[at + byte] = Number((value >> BigInt(8 * byte)) & 255n);
  }
  return {
    encode(source, count, width, distance, steps) {
      for (let i = distance; i < count; i++) {
        const away = read(source + i * width, width) - read(source + (i - distance) * width, width);
        const step = BigInt.asIntN(8 * width, away);
        write(steps + (i - distance) * width, width, step < 0n ? -2n * step - 1n : 2n * step);
      }
    },
    decode(steps, count, width, distance, target) {
      for (let i = distance; i < count; i++) {
        const code = BigInt.asUintN(8 * width, read(steps + (i - distance) * width, width));
        const step = (code & 1n) === 0n ? code >> 1n : -(code >> 1n) - 1n;
        write(target + i * width, width, read(target + (i - distance) * width, width) + step);
      }
    },
  };
}
