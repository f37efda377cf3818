/** The loop of records over addresses of one memory. */
export interface RecordsKernel {
  /**
   * Copies `count` runs of `length` bytes that lie `sourceStride` apart to places `targetStride` apart. Source and target
   * do not overlap; nothing between the runs is written.
   */
  copy(source: number, sourceStride: number, target: number, targetStride: number, length: number, count: number): void;
}

/** The reference loop, over the same memory as the compiled one. */
export function referenceKernel(memory: Uint8Array): RecordsKernel {
  return {
    copy(source, sourceStride, target, targetStride, length, count) {
      for (let i = 0; i < count; i++)
        for (let j = 0; j < length; j++) memory[target + i * targetStride + j] = memory[source + i * sourceStride + j]!;
    },
  };
}
