import { expect, test } from 'vitest';
import {
  allocateFloat32,
  feedbackKernel,
  prepareFeedback,
  roundWithFeedback,
  roundWithTrellis,
  type Feedback,
  type Rows,
} from '../../../src/engine/feedback/index.ts';
import { sweepWays } from '../../../src/engine/feedback/compiled.ts';
import { referenceWaysSweep, type WaysSweepTask } from '../../../src/engine/feedback/trellis-kernel.ts';
import { Workspace } from '../../../src/engine/kernels/workspace.ts';
import { codesOn, learnPrices } from '../../../src/engine/trellis/codes.ts';
import { trellisKernel } from '../../../src/engine/trellis/index.ts';
import { evenPrices, pricesOf, referenceTrellis, roomOf } from '../../../src/engine/trellis/kernel.ts';
import { runsOf } from '../../../src/engine/trellis/runs.ts';
import { normal, random } from '../../../src/evaluation/statistics/random.ts';

const workspace = new Workspace(16 * 2 ** 20);
const next = random(11);
const filled = (count: number, scale = 1): Float32Array => {
  const values = allocateFloat32(count, workspace);
  for (let place = 0; place < count; place++) values[place] = normal(next) * scale;
  return values;
};
const words = (count: number): Int32Array => {
  const bytes = workspace.allocate(4 * count);
  return new Int32Array(bytes.buffer, bytes.byteOffset, count).fill(0);
};
const placed = (values: Float32Array): Float32Array => {
  const copy = allocateFloat32(values.length, workspace);
  copy.set(values);
  return copy;
};

test.each([
  { count: 1, weight: 0, isFree: false },
  { count: 7, weight: 0.3, isFree: false },
  { count: 256, weight: 0.3, isFree: true },
  { count: 255, weight: 2, isFree: true },
])('compiled ways are those of the reference: $count, $weight, $isFree', ({ count, weight, isFree }) => {
  const mark = workspace.mark();
  const wanted = filled(count, 3);
  // Halves between lines, and 0, must go the same way.
  wanted.forEach((value, at) => (wanted[at] = at % 5 === 0 ? Math.round(value) : value));
  const prices = placed(learnPrices(filled(2000), 0.7, 0.3));
  const room = workspace.allocate(roomOf(count));
  const [one, other] = [words(count), words(count)];
  trellisKernel(workspace).ways({ wanted, count, prices, weight, isFree, lines: one, room });
  referenceTrellis.ways({ wanted, count, prices, weight, isFree, lines: other, room });
  expect(one).toEqual(other);
  expect(codesOn(Float32Array.from(one), { start: 0, count, pitch: 1 }, () => 2, words(count))).toBe(true);
  if (!isFree) one.forEach((line, at) => expect(Math.abs(line - (wanted[at] ?? 0))).toBeLessThanOrEqual(2));
  workspace.release(mark);
});

test.each([1, 6, 16, 37])('the compiled sweep is that of the reference: %i rows', (count) => {
  const mark = workspace.mark();
  const [size, stride] = [23, (count + 3) & ~3];
  const weights = filled(size * stride, 2);
  for (let column = 0; column < size; column++) weights.fill(0, column * stride + count, (column + 1) * stride);
  const given = {
    ...{ shares: filled(size * size, 0.3), size, count, stride, weights },
    halves: allocateFloat32(stride, workspace).fill(0.37),
    widths: allocateFloat32(stride, workspace).fill(0.36),
    worths: allocateFloat32(size, workspace).fill(0.2),
    prices: placed(learnPrices(filled(2000), 0.7, 0.3)),
    isFree: true,
    wanted: allocateFloat32(stride, workspace),
    room: workspace.allocate(roomOf(count)),
  };
  const task = (): WaysSweepTask => ({
    ...given,
    errors: allocateFloat32(size * stride, workspace),
    lines: words(size * stride),
  });
  const [one, other] = [task(), task()];
  sweepWays(one, workspace);
  referenceWaysSweep(other);
  expect(one.lines).toEqual(other.lines);
  expect(one.errors).toEqual(other.errors);
  workspace.release(mark);
});

/** The feedback for inputs that depend on each other, and their sums of products. */
function correlated(size: number): { readonly sums: Float32Array; readonly feedback: Feedback } {
  const samples = filled(512 * size);
  for (let at = 1; at < samples.length; at++)
    samples[at] = (samples[at] ?? 0) + (at % size === 0 ? 0 : 0.9 * (samples[at - 1] ?? 0));
  const sums = allocateFloat32(size * size, workspace);
  feedbackKernel(workspace).accumulate(samples, 512, size, sums);
  const feedback = prepareFeedback(sums, size, size, workspace);
  if (!feedback) throw new Error('The sums are of no inputs.');
  return { sums, feedback };
}

test('at equal bits outputs of a layer are more than half a decibel nearer than with a grid', () => {
  const mark = workspace.mark();
  const [rows, size] = [200, 64];
  const { sums, feedback } = correlated(size);
  const given = filled(rows * size);
  const errorOf = (values: Float32Array): number => {
    let error = 0;
    for (let row = 0; row < rows; row++)
      for (let one = 0; one < size; one++)
        for (let other = 0; other < size; other++) {
          const sum = sums[Math.min(one, other) * size + Math.max(one, other)] ?? 0;
          const [a, b] = [row * size + one, row * size + other];
          error += sum * ((values[a] ?? 0) - (given[a] ?? 0)) * ((values[b] ?? 0) - (given[b] ?? 0));
        }
    return error;
  };
  const step = 0.5;
  const place: Rows = { rows, step: () => step, at: (row, column) => row * size + column };
  const grid = given.slice();
  roundWithFeedback(grid, place, feedback, workspace);
  const trellis = given.slice();
  const manner = { prices: evenPrices, weight: 0, growth: 1 };
  roundWithTrellis(trellis, place, [{ first: 0, count: rows }], feedback, workspace, manner);
  const [codes, parities] = [new Int32Array(given.length), new Uint8Array(given.length)];
  for (const run of runsOf('columns', { columns: size, firstColumn: 0 }, given.length))
    expect(codesOn(trellis, run, () => step, codes, parities)).toBe(true);
  const even = (numbers: Float32Array): number => bitsOf(Int32Array.from(numbers, (value) => Math.round(value / step)));
  const prices = pricesOf(codes, parities);
  const bits = codes.reduce((sum, code, at) => sum + (prices[63 * (parities[at] ?? 0) + code + 31] ?? 0), 0);
  // A bit more makes a quarter of the error.
  const gain = even(grid) - bits / codes.length + Math.log2(errorOf(grid) / errorOf(trellis)) / 2;
  expect(gain).toBeGreaterThan(0.5 / 6.02);
  workspace.release(mark);
});

function bitsOf(codes: Int32Array): number {
  const counts = new Map<number, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / codes.length) * Math.log2(count / codes.length), 0);
}
