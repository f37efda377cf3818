import type { Workspace } from '../kernels/workspace.ts';
import { roomOf, type Prices } from '../trellis/kernel.ts';
import { allocateFloat32 } from './allocate.ts';
import { sweepWays } from './compiled.ts';
import type { Feedback, Rows } from './index.ts';

/** What rounding by a trellis looks at besides errors. */
export interface TrellisManner {
  readonly prices: Prices;
  /** What a bit counts, in squares of half a step; 0: codes may be of any length. */
  readonly weight: number;
  /** What weights are multiplied with where lines are chosen: so that these, which tend to 0, are as large on average. */
  readonly growth: number;
}

/** Rows that one way through the trellis goes over in each column. */
export interface RowRun {
  readonly first: number;
  readonly count: number;
}

/**
 * Rounds the rows of a matrix to lines of a trellis, which goes over the rows of a run in each column, errors of each column made
 * good by those that are rounded after it. The values become line × half a step.
 */
export function roundWithTrellis(
  values: Float32Array,
  { step, at }: Rows,
  runs: Iterable<RowRun>,
  { size, shares, costs }: Feedback,
  workspace: Workspace,
  { prices: given, weight, growth }: TrellisManner,
): void {
  const mark = workspace.mark();
  const prices = allocateFloat32(given.length, workspace);
  prices.set(given);
  const worths = allocateFloat32(size, workspace);
  for (let column = 0; column < size; column++) worths[column] = weight / (costs[column] ?? 1);
  for (const { first, count } of runs) {
    const ofRun = workspace.mark();
    const stride = (count + 3) & ~3;
    const weights = allocateFloat32(size * stride, workspace);
    const errors = allocateFloat32(size * stride, workspace);
    const words = allocateFloat32(size * stride, workspace);
    const lines = new Int32Array(words.buffer, words.byteOffset, words.length);
    const halves = allocateFloat32(stride, workspace).fill(1);
    const widths = allocateFloat32(stride, workspace).fill(1);
    const wanted = allocateFloat32(stride, workspace);
    const room = workspace.allocate(roomOf(count));
    for (let row = 0; row < count; row++) {
      halves[row] = step(first + row) / 2;
      widths[row] = (halves[row] ?? 1) / growth;
    }
    for (let column = 0; column < size; column++)
      for (let row = 0; row < count; row++) weights[column * stride + row] = values[at(first + row, column)] ?? 0;
    const task = {
      ...{ shares, size, count, stride, weights, errors, lines, halves },
      widths,
      worths,
      prices,
      wanted,
      room,
    };
    sweepWays({ ...task, isFree: weight > 0 }, workspace);
    for (let column = 0; column < size; column++)
      for (let row = 0; row < count; row++)
        values[at(first + row, column)] = (lines[column * stride + row] ?? 0) * (halves[row] ?? 0);
    workspace.release(ofRun);
  }
  workspace.release(mark);
}
