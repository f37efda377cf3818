/** Where the codes of one group of numbers may lie. */
export interface CodeRange {
  readonly least: number;
  readonly most: number;
}

/** Codes of `values[start..end)`: value / step + zero, rounded and kept within the range. A step of 0 makes zeros. */
export function toCodes(
  values: Float32Array,
  start: number,
  end: number,
  step: number,
  zero: number,
  { least, most }: CodeRange,
  codes: Int32Array,
): void {
  const perUnit = step > 0 ? 1 / step : 0;
  for (let place = start; place < end; place++) {
    const code = Math.round((values[place] ?? 0) * perUnit) + zero;
    codes[place] = code < least ? least : code > most ? most : code;
  }
}

/** The inverse: (code − zero) × step in double precision, rounded to single. */
export function fromCodes(
  codes: Int32Array,
  start: number,
  end: number,
  step: number,
  zero: number,
  values: Float32Array,
): void {
  for (let place = start; place < end; place++) values[place] = ((codes[place] ?? 0) - zero) * step;
}

/** Sum of the squares of what {@link toCodes} would lose. */
export function squaredError(
  values: Float32Array,
  start: number,
  end: number,
  step: number,
  zero: number,
  { least, most }: CodeRange,
): number {
  const perUnit = step > 0 ? 1 / step : 0;
  let squares = 0;
  for (let place = start; place < end; place++) {
    const value = values[place] ?? 0;
    const code = Math.round(value * perUnit) + zero;
    const error = value - ((code < least ? least : code > most ? most : code) - zero) * step;
    squares += error * error;
  }
  return squares;
}
