/** How whole-number codes are made of values. */
export interface CodeForm {
  /** The distance between the lowest and the highest code. */
  readonly steps: number;
  /** Whether zero has a code of its own choice in each group, so that the range need not be as wide on both sides. */
  readonly hasZeroPoint: boolean;
  /** Shares of the range of the values that are tried as the range of the codes. */
  readonly shares: readonly number[];
}

/** Where a column's codes end, and what one step is worth: `value ≈ scale · (code − zero)`, codes from 0 on. */
interface Range {
  readonly scale: number;
  readonly zero: number;
}

/**
 * Finds scales and zero points for each of `groups` columns of a matrix `rows` × `groups`, in single precision, rounded by
 * `round`: of the ranges that `form` tries, the one with the smallest sum of squared errors, each weighted by the square of
 * its value. Without that weight the few large values of a column are cut off for the many small ones, which costs networks
 * more than it saves. A column of zeros has the scale 1.
 */
export function fitRanges(
  values: Float32Array,
  rows: number,
  groups: number,
  form: CodeForm,
  round: (scale: number) => number,
  scales: Float32Array,
  zeros: Uint8Array,
): void {
  for (let group = 0; group < groups; group++) {
    let [low, high] = [0, 0];
    for (let at = group, end = rows * groups; at < end; at += groups) {
      const value = values[at] ?? 0;
      if (value < low) low = value;
      else if (value > high) high = value;
    }
    let best: Range = { scale: 1, zero: middleOf(form) };
    let bestError = Infinity;
    for (const share of low === high ? [] : form.shares) {
      const range = rangeOf(low * share, high * share, form, round);
      if (!(range.scale > 0)) continue;
      const error = columnError(values, rows, groups, group, range, form.steps);
      if (error < bestError) [best, bestError] = [range, error];
    }
    scales[group] = best.scale;
    zeros[group] = best.zero;
  }
}

const middleOf = ({ steps }: CodeForm): number => Math.ceil(steps / 2);

/** The range of codes over values from `low` (at most 0) to `high` (at least 0). */
export function rangeOf(low: number, high: number, form: CodeForm, round: (scale: number) => number): Range {
  const { steps, hasZeroPoint } = form;
  if (!hasZeroPoint) return { scale: round(Math.max(-low, high) / (steps / 2)), zero: middleOf(form) };
  const scale = round((high - low) / steps);
  return { scale, zero: Math.min(steps, Math.max(0, Math.round(-low / scale))) };
}

function columnError(
  values: Float32Array,
  rows: number,
  groups: number,
  group: number,
  { scale, zero }: Range,
  steps: number,
): number {
  const inverse = 1 / scale;
  let error = 0;
  for (let at = group, end = rows * groups; at < end; at += groups) {
    const value = values[at] ?? 0;
    const difference = (value - scale * (codeOf(value * inverse, zero, steps) - zero)) * value;
    error += difference * difference;
  }
  return error;
}

/** The nearest code from 0 to `steps` of a value divided by its scale, ties upwards. */
export function codeOf(scaled: number, zero: number, steps: number): number {
  const code = Math.floor(scaled + 0.5) + zero;
  return code < 0 ? 0 : code > steps ? steps : code;
}
