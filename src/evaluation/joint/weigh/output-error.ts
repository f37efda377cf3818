import { dampingOf } from '../../../engine/feedback/index.ts';
import { Workspace } from '../../../engine/kernels/workspace.ts';
import type { Layer } from '../layers/layers.ts';
import { blocksOf, strideOf, SumsFile } from '../calibrate/sums.ts';

/**
 * What changes of a layer's weights do to its outputs: the sum of squared errors over its inputs and outputs, for each weight.
 * `changes` are stored row by row, inputs as columns.
 */
export async function outputErrors(
  changes: readonly Float32Array[],
  layer: Pick<Layer, 'rows' | 'columns' | 'groups'>,
  sumsPath: string,
): Promise<readonly number[]> {
  const { rows, columns, groups } = layer;
  const blocks = blocksOf(layer);
  const largest = blocks.reduce((most, { size }) => Math.max(most, size), 1);
  const workspace = new Workspace(4 * strideOf(largest) ** 2 + 2 ** 16);
  await using file = await SumsFile.open(sumsPath, layer, false);
  const errors = changes.map(() => 0);
  const perGroup = rows / groups;
  for (const { group, first, size } of blocks) {
    const mark = workspace.mark();
    const stride = strideOf(size);
    const sums = await file.next(size, workspace);
    const more = dampingOf(sums, stride, size);
    for (let at = 0; at < size; at++) sums[at * (stride + 1)] = (sums[at * (stride + 1)] ?? 0) + more;
    for (const [number, change] of changes.entries())
      for (let row = group * perGroup; row < (group + 1) * perGroup; row++) {
        const start = row * columns + first;
        errors[number] = (errors[number] ?? 0) + quadratic(change.subarray(start, start + size), sums, stride);
      }
    workspace.release(mark);
  }
  return errors.map((error) => error / (rows * columns));
}

/** x · S · x for a symmetric S of which the upper half counts. */
function quadratic(x: Float32Array, sums: Float32Array, stride: number): number {
  let total = 0;
  for (let row = 0; row < x.length; row++) {
    const value = x[row] ?? 0;
    if (value === 0) continue;
    const start = row * stride;
    let sum = 0;
    for (let column = row + 1; column < x.length; column++) sum += (sums[start + column] ?? 0) * (x[column] ?? 0);
    total += value * (value * (sums[start + row] ?? 0) + 2 * sum);
  }
  return total;
}
