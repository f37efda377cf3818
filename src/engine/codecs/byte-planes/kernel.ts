/** The loops of byte-planes over addresses of one memory; `count` elements of `width` bytes, one address per plane. */
export interface BytePlanesKernel {
  split(source: number, count: number, width: number, ...planes: number[]): void;
  join(target: number, count: number, width: number, ...planes: number[]): void;
}

/** The reference loops, over the same memory as the compiled ones. */
export function referenceKernel(memory: Uint8Array): BytePlanesKernel {
  return {
    split(source, count, width, ...planes) {
      for (let i = 0; i < count; i++)
        for (let j = 0; j < width; j++) memory[planes[j]! + i] = memory[source + i * width + j]!;
    },
    join(target, count, width, ...planes) {
      for (let i = 0; i < count; i++)
        for (let j = 0; j < width; j++) memory[target + i * width + j] = memory[planes[j]! + i]!;
    },
  };
}
