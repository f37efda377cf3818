import type { Workspace } from '../kernels/workspace.ts';
import { allocateFloat32, allocateFloat64 } from './allocate.ts';
import { feedbackKernel } from './compiled.ts';
import { lanes } from './kernel.ts';

export { allocateFloat32, allocateFloat64 } from './allocate.ts';
export { feedbackKernel } from './compiled.ts';
export { meetInputs } from './meet-inputs.ts';
export { roundWithTrellis, type RowRun, type TrellisManner } from './trellis.ts';
export { cheapest, lanes, productsAtOnce, referenceKernel, samplesAtOnce, type FeedbackKernel } from './kernel.ts';

/** How the errors of a matrix's columns are fed back, for inputs whose products were summed. */
export interface Feedback {
  readonly size: number;
  /** As of a sweep. */
  readonly shares: Float32Array;
  /** What an error of a step in each column costs at last, relative to the geometric mean of all. */
  readonly costs: Float32Array;
  /** That mean. */
  readonly meanCost: number;
}

/** How much of the mean of the diagonal is added to it, so that few samples are not believed too much. */
const damping = 0.01;

/** What is added to the diagonal of `size` inputs' sums of products, `stride` to a row. */
export function dampingOf(sums: Float32Array | Float64Array, stride: number, size: number): number {
  let trace = 0;
  for (let row = 0; row < size; row++) trace += sums[row * stride + row] ?? 0;
  return (damping * trace) / size;
}

/**
 * Prepares the feedback for `size` inputs from the upper half of their sums of products, `stride` to a row. Inputs that never
 * were anything but 0 count as independent of all others. What is returned lies in `workspace`; `undefined` for sums that
 * are no such. A ridge is added to all of the diagonal.
 */
export function prepareFeedback(
  sums: Float32Array,
  stride: number,
  size: number,
  workspace: Workspace,
  ridge = 0,
): Feedback | undefined {
  const shares = allocateFloat32(size * size, workspace);
  const costs = allocateFloat32(size, workspace);
  const mark = workspace.mark();
  const matrix = allocateFloat64(size * size, workspace);
  for (let row = 0; row < size; row++)
    for (let column = row; column < size; column++) matrix[row * size + column] = sums[row * stride + column] ?? 0;
  const more = dampingOf(sums, stride, size);
  if (!(more > 0 && more < Infinity)) return undefined;
  for (let row = 0; row < size; row++) matrix[row * size + row] = (matrix[row * size + row] ?? 0) + more + ridge;
  if (feedbackKernel(workspace).factor(matrix, size) !== 0) return undefined;
  let logs = 0;
  for (let row = 0; row < size; row++) logs += Math.log(matrix[row * size + row] ?? 1);
  const mean = Math.exp(logs / size);
  for (let row = 0; row < size; row++) {
    const pivot = matrix[row * size + row] ?? 1;
    costs[row] = (pivot / mean) ** 2;
    for (let column = row; column < size; column++)
      shares[row * size + column] = (matrix[row * size + column] ?? 0) / pivot;
  }
  workspace.release(mark);
  return { size, shares, costs, meanCost: mean ** 2 };
}

/** What codes cost, for rounding that looks at it; by place as weights are. */
export interface Rate {
  /** Squared steps that a sixteenth of a bit is worth. */
  readonly price: number;
  /** Codes around which costs are known, and what those two below to two above, and 0, take: six for each. */
  readonly codes: Int8Array;
  readonly bits: Uint8Array;
  /** Sixteenths of a bit that the square of a code adds: not priced, because a ridge does it. 0 without one. */
  readonly curvature: number;
}

/** Which weights become 0, those after them making good what that loses: half of each so many inputs, or a share of all. */
export type Pruning = { readonly ofEach: 4 | 8 } | { readonly share: number };

/** What rounding looks at besides errors. */
export interface RoundingManner {
  readonly rate?: Rate | undefined;
  readonly pruning?: Pruning | undefined;
}

/** Where the weights of a matrix are, and the distance of the lines of each of its rows. */
export interface Rows {
  readonly rows: number;
  step(row: number): number;
  /** The place of the weight of a row and column. */
  at(row: number, column: number): number;
}

/** Weights that a border is found from. */
const sampledWeights = 65_536;

/** What so large a share of a matrix's weights cost at most to lose. */
function borderOf(
  values: Float32Array,
  { rows, at }: Pick<Rows, 'rows' | 'at'>,
  costs: Float32Array,
  share: number,
): number {
  const count = rows * costs.length;
  const pitch = Math.max(1, count / sampledWeights);
  const sample = Float32Array.from({ length: Math.floor(count / pitch) }, (_, number) => {
    const place = Math.floor(number * pitch);
    const [row, column] = [Math.floor(place / costs.length), place % costs.length];
    return (values[at(row, column)] ?? 0) ** 2 * (costs[column] ?? 0);
  });
  return sample.sort()[Math.floor(share * sample.length)] ?? Infinity;
}

/**
 * Rounds each row of a matrix to multiples of its step, errors of each column made good by those that are rounded after it.
 * The values become code × step. Every row is rounded by itself.
 */
export function roundWithFeedback(
  values: Float32Array,
  { rows, step, at }: Rows,
  { size, shares, costs }: Feedback,
  workspace: Workspace,
  { rate, pruning }: RoundingManner = {},
): void {
  const kernel = feedbackKernel(workspace);
  const mark = workspace.mark();
  const weights = allocateFloat32(size * lanes, workspace);
  const errors = allocateFloat32(size * lanes, workspace);
  const room = workspace.allocate(4 * size * lanes);
  const codes = new Int32Array(room.buffer, room.byteOffset, size * lanes);
  const steps = allocateFloat32(lanes, workspace).fill(1);
  const prices = allocateFloat32(size, workspace);
  for (let column = 0; column < size; column++) prices[column] = rate ? rate.price / (costs[column] ?? 1) : 0;
  const curvature = Math.fround(rate?.curvature ?? 0);
  const rates = workspace.allocate(rate ? 6 * size * lanes : 6);
  const group = pruning && 'ofEach' in pruning ? pruning.ofEach : 0;
  const border = pruning && 'share' in pruning ? borderOf(values, { rows, at }, costs, pruning.share) : 0;
  const ownCosts = allocateFloat32(size, workspace);
  ownCosts.set(costs);
  const lost = { costs: ownCosts, border, group, keeps: workspace.allocate(size * lanes) };
  for (let first = 0; first < rows; first += lanes) {
    const count = Math.min(lanes, rows - first);
    weights.fill(0);
    for (let lane = 0; lane < count; lane++) steps[lane] = step(first + lane);
    for (let column = 0; column < size; column++)
      for (let lane = 0; lane < count; lane++) weights[column * lanes + lane] = values[at(first + lane, column)] ?? 0;
    if (rate)
      for (let column = 0; column < size; column++)
        for (let lane = 0; lane < count; lane++) {
          const [place, from] = [column * lanes + lane, at(first + lane, column)];
          codes[place] = rate.codes[from] ?? 0;
          for (let one = 0; one < 6; one++) rates[6 * place + one] = rate.bits[6 * from + one] ?? 0;
        }
    kernel.sweep({ shares, size, weights, errors, codes, steps, prices, rates, curvature, pruning: lost });
    for (let column = 0; column < size; column++)
      for (let lane = 0; lane < count; lane++)
        values[at(first + lane, column)] = (codes[column * lanes + lane] ?? 0) * (steps[lane] ?? 1);
  }
  workspace.release(mark);
}
