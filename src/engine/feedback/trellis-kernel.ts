import { referenceTrellis, type Prices } from '../trellis/kernel.ts';

/** Some rows of a matrix that are rounded together, the trellis going over the rows of one column after another. */
export interface WaysSweepTask {
  /** As of a sweep. */
  readonly shares: Float32Array;
  readonly size: number;
  /** Rows, and their number rounded up to a multiple of 4. */
  readonly count: number;
  readonly stride: number;
  /** size × stride each, the rows of a column beside each other; behind the last row 0. */
  readonly weights: Float32Array;
  readonly errors: Float32Array;
  /** In half steps. */
  readonly lines: Int32Array;
  /** Half the step of each row, and what stands for it where lines are chosen; behind the last 1. */
  readonly halves: Float32Array;
  readonly widths: Float32Array;
  /** What a bit counts in each column, in squares of half a step. */
  readonly worths: Float32Array;
  readonly prices: Prices;
  readonly isFree: boolean;
  /** `stride` numbers, and what the trellis needs for `count`. */
  readonly wanted: Float32Array;
  readonly room: Uint8Array;
}

/**
 * Rounds rows from the last column to the first, each column by the trellis after the errors of those behind it were added in the
 * `shares` of its row. Fills `lines`, and `errors` with weight − line × half a step.
 */
export function referenceWaysSweep(task: WaysSweepTask): void {
  const { shares, size, count, stride, weights, errors, lines, halves, worths, prices, isFree, wanted, room } = task;
  const { widths } = task;
  for (let column = size - 1; column >= 0; column--) {
    const here = column * stride;
    for (let row = 0; row < stride; row++) {
      let x = weights[here + row] ?? 0;
      for (let other = column + 1; other < size; other++)
        x = Math.fround(x + Math.fround((shares[column * size + other] ?? 0) * (errors[other * stride + row] ?? 0)));
      wanted[row] = Math.fround(x / (widths[row] ?? 1));
    }
    const own = lines.subarray(here, here + count);
    referenceTrellis.ways({ wanted, count, prices, weight: worths[column] ?? 0, isFree, lines: own, room });
    for (let row = 0; row < stride; row++)
      errors[here + row] = (weights[here + row] ?? 0) - Math.fround((lines[here + row] ?? 0) * (halves[row] ?? 1));
  }
}
