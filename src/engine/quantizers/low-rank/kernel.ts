/** The numbers of the grid lines nearest to the coefficients of one row in each direction of `basis`. */
export function toDirections(
  values: Float32Array,
  start: number,
  width: number,
  basis: Float64Array,
  step: number,
  codes: Int32Array,
  first: number,
): void {
  const rank = basis.length / width;
  for (let direction = 0; direction < rank; direction++) {
    const from = direction * width;
    let sum = 0;
    for (let column = 0; column < width; column++) sum += (values[start + column] ?? 0) * (basis[from + column] ?? 0);
    codes[first + direction] = Math.round(sum / step);
  }
}

/** The inverse, as far as there is one: the sum of the directions, in double precision, rounded to single. */
export function fromDirections(
  codes: Int32Array,
  first: number,
  rank: number,
  step: number,
  basis: Float64Array,
  values: Float32Array,
  start: number,
  width: number,
): void {
  const sums = new Float64Array(width);
  for (let direction = 0; direction < rank; direction++) {
    const coefficient = (codes[first + direction] ?? 0) * step;
    const from = direction * width;
    for (let column = 0; column < width; column++)
      sums[column] = (sums[column] ?? 0) + coefficient * (basis[from + column] ?? 0);
  }
  values.set(sums, start);
}
