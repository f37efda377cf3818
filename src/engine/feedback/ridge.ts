import type { Workspace } from '../kernels/workspace.ts';
import { allocateFloat32 } from './allocate.ts';
import { prepareFeedback, type Feedback, type Rate, type Rows } from './index.ts';
import { meetInputs } from './meet-inputs.ts';

/** What is known of a layer's inputs, and what its codes cost; matrices have `stride` numbers to a row. */
interface PricedInputs {
  /** Sums of their products, the upper half. */
  readonly sums: Float32Array;
  /** Where inputs have moved, products with how: as of {@link meetInputs}. Changed. */
  readonly moves: Float32Array | undefined;
  readonly stride: number;
  readonly rate: Rate;
}

/**
 * Takes of what codes cost the part that grows with their squares into the sums of products: a ridge, for which weights shrink where
 * inputs hardly tell, and the others make up for it. Changes the weights to those (as {@link meetInputs} does where inputs have
 * moved), and returns what they are rounded by; nothing where there is no such factor. `feedback` is that without a ridge. Source: the
 * rate-aware Hessian of CERWU (Conzelmann, Bamler, 2025).
 */
export function meetRidge(
  values: Float32Array,
  rows: Pick<Rows, 'rows' | 'at'>,
  { size, meanCost }: Pick<Feedback, 'size' | 'meanCost'>,
  { sums, moves, stride, rate }: PricedInputs,
  workspace: Workspace,
): { readonly feedback: Feedback; readonly rate: Rate } | undefined {
  const ridge = rate.price * rate.curvature * meanCost;
  const feedback = prepareFeedback(sums, stride, size, workspace, ridge);
  if (!feedback) return undefined;
  const products = moves ?? allocateFloat32(stride * stride, workspace);
  for (let at = 0; at < size; at++) products[at * (stride + 1)] = (products[at * (stride + 1)] ?? 0) - ridge;
  meetInputs(values, rows, feedback, { products, stride }, workspace);
  return { feedback, rate: { ...rate, price: (rate.price * meanCost) / feedback.meanCost } };
}
