/** The number of the grid line nearest to each value, for lines `step` apart. */
export function toGrid(values: Float32Array, step: number, codes: Int32Array): void {
  const perUnit = 1 / step;
  for (let place = 0; place < values.length; place++) codes[place] = Math.round((values[place] ?? 0) * perUnit);
}

/** The inverse: products in double precision, rounded to single. */
export function fromGrid(codes: Int32Array, step: number, values: Float32Array): void {
  for (let place = 0; place < values.length; place++) values[place] = (codes[place] ?? 0) * step;
}
