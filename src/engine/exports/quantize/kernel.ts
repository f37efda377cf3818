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
 * more than it saves. A column of zeros has the scale 1, and one that lies on a grid already keeps that grid.
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
    const grid = form.hasZeroPoint ? undefined : columnGrid(values, rows, groups, group, form, round);
    if (grid !== undefined) {
      scales[group] = grid;
      zeros[group] = middleOf(form);
      continue;
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

/** How many values tell which grids are worth trying on all. */
export const gridSample = 8;

/**
 * The scale of which all of `values` are whole multiples, at most `most` times it, to the last bit of single precision: such
 * were restored from codes, and lose nothing as codes again. The smallest of several, since its grid holds the others;
 * `undefined` where there is none. `largest` is the largest absolute value, which may stand for more values than those given.
 */
export function gridScale(
  values: readonly number[],
  largest: number,
  most: number,
  round: (scale: number) => number,
): number | undefined {
  if (!(largest > 0)) return undefined;
  for (let code = most; code >= 1; code--) {
    const near = largest / code;
    // What was rounded after the product may be of either neighbour.
    for (const each of [near, near * (1 + nearly), near * (1 - nearly)]) {
      const scale = Math.fround(each);
      if (round(scale) === scale && isMultiple(largest, scale) && values.every((value) => isMultiple(value, scale)))
        return scale;
    }
  }
  return undefined;
}

/** Somewhat more than half the distance of neighbours in single precision. */
const nearly = 1.2 * 2 ** -24;

/** Whether a value is just what a code times `scale` gives. */
export function isMultiple(value: number, scale: number): boolean {
  return Math.fround(Math.round(value / scale) * scale) === value;
}

function columnGrid(
  values: Float32Array,
  rows: number,
  groups: number,
  group: number,
  { steps }: CodeForm,
  round: (scale: number) => number,
): number | undefined {
  const sample: number[] = [];
  let largest = 0;
  for (let at = group, end = rows * groups; at < end; at += groups) {
    const size = Math.abs(values[at] ?? 0);
    if (size > largest) largest = size;
    if (size > 0 && sample.length < gridSample) sample.push(size);
  }
  const scale = gridScale(sample, largest, steps / 2, round);
  if (scale === undefined) return undefined;
  for (let at = group, end = rows * groups; at < end; at += groups)
    if (!isMultiple(values[at] ?? 0, scale)) return undefined;
  return scale;
}

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
