/** Where an interval from `low` to `high` is cut: up to there it stands for 1, whose probability is `probability` / 2^16. */
export function cut(low: number, high: number, probability: number): number {
  return low + Math.floor(((high - low) * probability) / 65536);
}

/** The least number from `low` on whose bytes behind the first `bytes` are zeros; may be 2^32. */
export function endValue(low: number, bytes: number): number {
  const unit = 2 ** (32 - 8 * bytes);
  return Math.ceil(low / unit) * unit;
}

/** How many bytes are enough to name a number between `low` and `high`, when zeros are thought behind them. */
export function endBytes(low: number, high: number): number {
  return [0, 1, 2, 3].find((bytes) => endValue(low, bytes) <= high) ?? 4;
}
