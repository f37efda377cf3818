/**
 * The numbers of the grid lines nearest to `values[start..end)`, for lines `steps[first]` apart; with `isEach` the next value
 * has the next step. A step of 0 makes zeros.
 */
export function toGrid(
  values: Float32Array,
  start: number,
  end: number,
  steps: Float32Array,
  first: number,
  codes: Int32Array,
  isEach: boolean,
): void {
  const step = steps[first] ?? 0;
  const perUnit = step > 0 ? 1 / step : 0;
  if (!isEach) {
    for (let place = start; place < end; place++) codes[place] = Math.round((values[place] ?? 0) * perUnit);
    return;
  }
  for (let place = start; place < end; place++) {
    const own = steps[first + place - start] ?? 0;
    codes[place] = own > 0 ? Math.round((values[place] ?? 0) / own) : 0;
  }
}

/** The inverse: products in double precision, rounded to single. */
export function fromGrid(
  codes: Int32Array,
  start: number,
  end: number,
  steps: Float32Array,
  first: number,
  values: Float32Array,
  isEach: boolean,
): void {
  const step = steps[first] ?? 0;
  if (!isEach) for (let place = start; place < end; place++) values[place] = (codes[place] ?? 0) * step;
  else
    for (let place = start; place < end; place++)
      values[place] = (codes[place] ?? 0) * (steps[first + place - start] ?? 0);
}
