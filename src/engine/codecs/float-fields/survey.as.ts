/** Counts the values of the symbol field in runs of 32 elements, every `step`-th run, into `table` of 2^(16-k) words. */
export function survey(source: usize, count: usize, width: usize, k: u32, step: usize, table: usize): void {
  memory.fill(table, 0, (<usize>4) << (16 - k));
  for (let run: usize = 0; run < count; run += 32 * step) {
    const end = min(run + 32, count);
    for (let i = run; i < end; i++) {
      const top = <u32>load<u16>(source + i * width + width - 2);
      const cell = table + (((top & 0x7fff) >> (k - 1)) << 2);
      store<u32>(cell, load<u32>(cell) + 1);
    }
  }
}
