import type { Feedback, Rows } from './index.ts';

/**
 * Changes the weights of a matrix such that its outputs are again, as nearly as inputs x̂ allow, what they were with inputs
 * x = x̂ + d: adds W · Σ d·x̂ᵀ · (Σ x̂·x̂ᵀ)⁻¹. `products` has `stride` numbers to a row, one row for each x̂, one column for each
 * d; the feedback was prepared for x̂, and as much is added to its diagonal here.
 */
export function meetInputs(
  values: Float32Array,
  { rows, at }: Pick<Rows, 'rows' | 'at'>,
  { size, shares, costs, meanCost }: Feedback,
  products: Float32Array,
  stride: number,
): void {
  const weights = new Float64Array(size);
  const change = new Float64Array(size);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < size; column++) weights[column] = values[at(row, column)] ?? 0;
    for (let column = 0; column < size; column++) {
      let sum = 0;
      for (let other = 0; other < size; other++)
        sum += (weights[other] ?? 0) * (products[column * stride + other] ?? 0);
      change[column] = sum;
    }
    solve(change, shares, costs, meanCost);
    for (let column = 0; column < size; column++)
      values[at(row, column)] = (weights[column] ?? 0) + (change[column] ?? 0);
  }
}

/** Divides by a symmetric matrix Uᵀ·D·U: the shares are U, the costs D relative to their mean. */
function solve(vector: Float64Array, shares: Float32Array, costs: Float32Array, meanCost: number): void {
  const size = vector.length;
  for (let row = 0; row < size; row++) {
    const known = vector[row] ?? 0;
    for (let other = row + 1; other < size; other++)
      vector[other] = (vector[other] ?? 0) - (shares[row * size + other] ?? 0) * known;
  }
  for (let row = size - 1; row >= 0; row--) {
    let value = (vector[row] ?? 0) / ((costs[row] ?? 1) * meanCost);
    for (let other = row + 1; other < size; other++) value -= (shares[row * size + other] ?? 0) * (vector[other] ?? 0);
    vector[row] = value;
  }
}
