import { allocateFloat64, feedbackKernel } from '../feedback/index.ts';
import type { Workspace } from '../kernels/workspace.ts';

/** What rows tell of the values of their codebook. */
export interface Gathered {
  /** Sums of products of inputs by place, count × count, as {@link DescentKernel.gather} leaves them; and the gradient by place. */
  readonly normals: Float64Array;
  readonly slopes: Float64Array;
}

/** Of the sum of the diagonal, added to it. */
const ridge = 1e-9;

/** The values with the least errors of outputs, all places being as they are; `undefined` where that cannot be told. */
export function refit(
  book: Float32Array,
  { normals, slopes }: Gathered,
  workspace: Workspace,
): Float32Array | undefined {
  const count = book.length;
  const mark = workspace.mark();
  const matrix = allocateFloat64(count * count, workspace);
  const normal = (one: number, other: number): number =>
    (normals[one * count + other] ?? 0) + (normals[other * count + one] ?? 0);
  let trace = 0;
  for (let one = 0; one < count; one++) {
    trace += normal(one, one);
    for (let other = one; other < count; other++) matrix[one * count + other] = normal(one, other);
  }
  // Values that nothing takes any more stay where they are.
  for (let one = 0; one < count; one++) matrix[one * (count + 1)] = normal(one, one) + ridge * trace;
  const isFactor = feedbackKernel(workspace).factor(matrix, count) === 0;
  const moves = isFactor ? solve(matrix, slopes, count) : undefined;
  workspace.release(mark);
  return moves && book.map((value, place) => value - (moves[place] ?? 0));
}

/** x for Rᵀ·R·x = y, R upper triangular. */
function solve(factor: Float64Array, right: Float64Array, count: number): Float64Array {
  const x = right.slice(0, count);
  for (let row = 0; row < count; row++) {
    for (let above = 0; above < row; above++)
      x[row] = (x[row] ?? 0) - (factor[above * count + row] ?? 0) * (x[above] ?? 0);
    x[row] = (x[row] ?? 0) / (factor[row * (count + 1)] ?? 1);
  }
  for (let row = count - 1; row >= 0; row--) {
    for (let other = row + 1; other < count; other++)
      x[row] = (x[row] ?? 0) - (factor[row * count + other] ?? 0) * (x[other] ?? 0);
    x[row] = (x[row] ?? 0) / (factor[row * (count + 1)] ?? 1);
  }
  return x;
}
