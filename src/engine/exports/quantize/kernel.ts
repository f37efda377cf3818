import { gridScale, type Range, type Round } from './grid.ts';

/** How whole-number codes are made of values. */
export interface CodeForm {
  /** The distance between the lowest and the highest code. */
  readonly steps: number;
  /** Whether zero has a code of its own choice in each group, so that the range need not be as wide on both sides. */
  readonly hasZeroPoint: boolean;
  /** Shares of the range of the values that are tried as the range of the codes. */
  readonly shares: readonly number[];
}

/** How scales are chosen for a tensor. */
export interface Fitting {
  readonly form: CodeForm;
  /** Rounds scales to what is stored of them. */
  readonly roundScale: (scale: number) => number;
  /** How the values were rounded; where it is given, values that lie on a grid keep it. */
  readonly gridRound: Round | undefined;
}

/**
 * Finds scales and zero points for each of `groups` columns of a matrix `rows` × `groups`: of the ranges that the form tries,
 * the one with the smallest sum of squared errors, each weighted by the square of its value. Without that weight the few large
 * values of a column are cut off for the many small ones, which costs networks more than it saves. A column of zeros has the
 * scale 1.
 */
export function fitRanges(
  values: Float32Array,
  rows: number,
  groups: number,
  fitting: Fitting,
  scales: Float32Array,
  zeros: Uint8Array,
): void {
  for (let group = 0; group < groups; group++) {
    const column = columnOf(values, rows, groups, group);
    const { scale, zero } = gridOf(column, fitting) ?? bestRange(column, fitting);
    scales[group] = scale;
    zeros[group] = zero;
  }
}

/** Whether each column lies on a grid; those of zeros do. */
export function areGrids(values: Float32Array, rows: number, groups: number, fitting: Fitting): boolean {
  for (let group = 0; group < groups; group++)
    if (gridOf(columnOf(values, rows, groups, group), fitting) === undefined) return false;
  return true;
}

/** Values of one column, side by side: they are gone through many times. */
function columnOf(values: Float32Array, rows: number, groups: number, group: number): Float32Array {
  if (groups === 1) return values;
  const column = new Float32Array(rows);
  for (let row = 0, at = group; row < rows; row++, at += groups) column[row] = values[at] ?? 0;
  return column;
}

/** The code of zero where it has no choice. */
export const middleOf = ({ steps }: CodeForm): number => Math.ceil(steps / 2);

function endsOf(values: Float32Array): { readonly least: number; readonly greatest: number } {
  let least = 0;
  let greatest = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? 0;
    if (value < least) least = value;
    else if (value > greatest) greatest = value;
  }
  return { least, greatest };
}

function gridOf(values: Float32Array, { form, roundScale, gridRound }: Fitting): Range | undefined {
  if (gridRound === undefined) return undefined;
  return gridRange(values, endsOf(values), form, roundScale, gridRound);
}

/** The grid that `values` tell, between ends that may be those of more values. */
export function gridRange(
  values: Float32Array,
  { least, greatest }: { readonly least: number; readonly greatest: number },
  form: CodeForm,
  roundScale: Round,
  gridRound: Round,
): Range | undefined {
  if (least === greatest) return { scale: 1, zero: middleOf(form) };
  const end = Math.max(-least, greatest);
  const { hasZeroPoint, steps } = form;
  const scale = hasZeroPoint
    ? gridScale(values, least, greatest, steps, gridRound)
    : gridScale(values, -end, end, steps, gridRound);
  if (scale === undefined || roundScale(scale) !== scale) return undefined;
  return { scale, zero: hasZeroPoint ? Math.round(-least / scale) : middleOf(form) };
}

function bestRange(values: Float32Array, { form, roundScale }: Fitting): Range {
  const { least, greatest } = endsOf(values);
  let best: Range = { scale: 1, zero: middleOf(form) };
  let bestError = Infinity;
  for (const share of least === greatest ? [] : form.shares) {
    const range = rangeOf(least * share, greatest * share, form, roundScale);
    if (!(range.scale > 0)) continue;
    const error = squaredError(values, range, form.steps, bestError);
    if (error < bestError) [best, bestError] = [range, error];
  }
  return best;
}

/** The range of codes over values from `low` (at most 0) to `high` (at least 0). */
export function rangeOf(low: number, high: number, form: CodeForm, round: (scale: number) => number): Range {
  const { steps, hasZeroPoint } = form;
  if (!hasZeroPoint) return { scale: round(Math.max(-low, high) / (steps / 2)), zero: middleOf(form) };
  const scale = round((high - low) / steps);
  return { scale, zero: Math.min(steps, Math.max(0, Math.round(-low / scale))) };
}

/** Elements between two looks at whether the error is too large already. */
const stretch = 1024;

/** The weighted error of a range, or something above `enough` where it is larger. */
function squaredError(values: Float32Array, { scale, zero }: Range, steps: number, enough: number): number {
  const inverse = 1 / scale;
  const lowest = -zero;
  const highest = steps - zero;
  let error = 0;
  for (let start = 0; start < values.length && error <= enough; start += stretch)
    for (let index = start, end = Math.min(values.length, start + stretch); index < end; index++) {
      const value = values[index] ?? 0;
      const code = Math.min(highest, Math.max(lowest, Math.floor(value * inverse + 0.5)));
      const difference = (value - scale * code) * value;
      error += difference * difference;
    }
  return error;
}
