import type { Workspace } from '../kernels/workspace.ts';
import { allocateFloat64 } from './allocate.ts';
import { feedbackKernel } from './compiled.ts';
import type { Feedback, Rows } from './index.ts';
import { lanes } from './kernel.ts';

/**
 * Changes the weights of a matrix such that its outputs are again, as nearly as inputs x̂ allow, what they were with inputs
 * x = x̂ + d: adds W · Σ d·x̂ᵀ · (Σ x̂·x̂ᵀ)⁻¹. `products` has `stride` numbers to a row, one row for each x̂, one column for each
 * d; the feedback was prepared for x̂, and as much is added to its diagonal here.
 */
export function meetInputs(
  values: Float32Array,
  { rows, at }: Pick<Rows, 'rows' | 'at'>,
  { size, shares, costs, meanCost }: Feedback,
  { products, stride }: { readonly products: Float32Array; readonly stride: number },
  workspace: Workspace,
): void {
  const kernel = feedbackKernel(workspace);
  const mark = workspace.mark();
  const weights = allocateFloat64(size * lanes, workspace);
  const changes = allocateFloat64(size * lanes, workspace);
  for (let first = 0; first < rows; first += lanes) {
    const count = Math.min(lanes, rows - first);
    weights.fill(0);
    for (let column = 0; column < size; column++)
      for (let lane = 0; lane < count; lane++) weights[column * lanes + lane] = values[at(first + lane, column)] ?? 0;
    kernel.meet({ products, stride, shares, costs, meanCost, size, weights, changes });
    for (let column = 0; column < size; column++)
      for (let lane = 0; lane < count; lane++) {
        const place = column * lanes + lane;
        values[at(first + lane, column)] = (weights[place] ?? 0) + (changes[place] ?? 0);
      }
  }
  workspace.release(mark);
}
