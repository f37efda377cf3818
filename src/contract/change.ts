/** More decimals say nothing to anybody. */
const mostDecimals = 12;

/**
 * By how much a size changed, in per cent without a sign: with one decimal, but with more where that would say that nothing is left
 * of what still takes some bytes.
 */
export function changeInPercent(before: number, after: number): string {
  const left = (after / before) * 100;
  const decimals = left > 0 && left < 0.05 ? Math.min(mostDecimals, Math.ceil(-Math.log10(left))) : 1;
  return Math.abs(left - 100).toFixed(decimals);
}
