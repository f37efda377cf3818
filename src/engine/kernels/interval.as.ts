// The arithmetic coder's interval, 32 bits wide. `codecs/interval.ts` is the same.

/** Where an interval from `low` to `high` is cut: up to there it stands for 1, whose probability is `probability` / 2^16. */
// @ts-ignore: decorator
@inline
export function cut(low: u32, high: u32, probability: i32): u32 {
  return low + <u32>((<u64>(high - low) * <u64>probability) >> 16);
}

/** How many bytes are enough to name a number between `low` and `high`, when zeros are thought behind them. */
export function endBytes(low: u32, high: u32): usize {
  for (let bytes: usize = 0; bytes < 4; bytes++) {
    const value = endValue(low, bytes);
    if (value <= <u64>high) return bytes;
  }
  return 4;
}

/** The least number from `low` on whose bytes behind the first `bytes` are zeros; may be 2^32. */
export function endValue(low: u32, bytes: usize): u64 {
  const unit = (<u64>1) << (32 - 8 * <u64>bytes);
  return (<u64>low + unit - 1) & ~(unit - 1);
}
