import { describe, expect, test } from 'vitest';
import {
  allocateFloat32,
  feedbackKernel,
  lanes,
  meetInputs,
  prepareFeedback,
  referenceKernel,
  roundWithFeedback,
} from '../../../src/engine/feedback/index.ts';
import { meetRidge } from '../../../src/engine/feedback/ridge.ts';
import { Workspace } from '../../../src/engine/kernels/workspace.ts';
import { normal, random } from '../../../src/evaluation/statistics/random.ts';

const workspace = new Workspace(8 * 2 ** 20);
const next = random(5);
const filled = (count: number, scale = 1): Float32Array => {
  const values = allocateFloat32(count, workspace);
  for (let place = 0; place < count; place++) values[place] = normal(next) * scale;
  return values;
};
const doubles = (values: ArrayLike<number>): Float64Array => {
  const bytes = workspace.allocate(8 * values.length);
  const array = new Float64Array(bytes.buffer, bytes.byteOffset, values.length);
  array.set(values);
  return array;
};

/** Sums of products of samples that depend on each other, as those of real layers do. */
function correlated(size: number, count: number): { readonly sums: Float32Array; readonly stride: number } {
  const stride = (size + 3) & ~3;
  const samples = allocateFloat32(count * stride, workspace);
  for (let sample = 0; sample < count; sample++) {
    let last = 0;
    for (let place = 0; place < size; place++) {
      last = 0.9 * last + normal(next);
      samples[sample * stride + place] = last;
    }
  }
  const sums = allocateFloat32(stride * stride, workspace);
  feedbackKernel(workspace).accumulate(samples, count, stride, sums);
  return { sums, stride };
}

describe('compiled loops give the bits of the reference', () => {
  test.each([4, 12, 36])('accumulate with rows of %i', (stride) => {
    const samples = filled(24 * stride);
    const [one, other] = [filled(stride * stride), allocateFloat32(stride * stride, workspace)];
    other.set(one);
    feedbackKernel(workspace).accumulate(samples, 24, stride, one);
    referenceKernel.accumulate(samples, 24, stride, other);
    expect(one).toEqual(other);
  });

  test.each([4, 12, 36])('accumulateProducts with rows of %i', (stride) => {
    const [left, right] = [filled(24 * stride), filled(24 * stride)];
    const [one, other] = [filled(stride * stride), allocateFloat32(stride * stride, workspace)];
    other.set(one);
    feedbackKernel(workspace).accumulateProducts(left, right, 24, stride, one);
    referenceKernel.accumulateProducts(left, right, 24, stride, other);
    expect(one).toEqual(other);
  });

  test.each([1, 2, 7, 8, 30, 31])('factor of %i rows', (size) => {
    const { sums, stride } = correlated(size, 64);
    const square = Array.from({ length: size * size }, (_, at) =>
      at % size < Math.floor(at / size) ? 0 : (sums[Math.floor(at / size) * stride + (at % size)] ?? 0),
    );
    const [one, other] = [doubles(square), doubles(square)];
    expect(feedbackKernel(workspace).factor(one, size)).toBe(0);
    expect(referenceKernel.factor(other, size)).toBe(0);
    expect(one).toEqual(other);
    one.fill(0);
    expect(feedbackKernel(workspace).factor(one, size)).toBe(1);
  });

  test.each([
    { price: 0, group: 0, border: 0 },
    { price: 0.02, group: 0, border: 0 },
    { price: 0.02, group: 0, border: 0, curvature: 3.7 },
    { price: 0.02, group: 4, border: 0, curvature: 0.9 },
    { price: 0, group: 4, border: 0 },
    { price: 0.02, group: 8, border: 0 },
    { price: 0, group: 0, border: 2.5 },
  ])('sweep with $price, $group, $border, $curvature', ({ price, group, border, curvature = 0 }) => {
    const size = 29;
    const task = () => ({
      errors: allocateFloat32(size * lanes, workspace),
      codes: new Int32Array(
        workspace.memory.buffer,
        workspace.allocate(4 * size * lanes).byteOffset,
        size * lanes,
      ).fill(1),
    });
    const given = {
      shares: filled(size * size, 0.3),
      size,
      weights: filled(size * lanes, 3),
      steps: filled(lanes).map((value) => Math.fround(Math.abs(value) + 0.1)),
      prices: allocateFloat32(size, workspace).fill(price),
      curvature,
      pruning: { costs: filled(size).map(Math.abs), group, border, keeps: workspace.allocate(size * lanes) },
      rates: workspace.allocate(6 * size * lanes).map((_, at) => (at * 37) % 91),
    };
    const placed = { ...given, steps: filled(lanes), rates: workspace.allocate(6 * size * lanes) };
    placed.steps.set(given.steps);
    placed.rates.set(given.rates);
    const costs = allocateFloat32(size, workspace);
    costs.set(given.pruning.costs);
    Object.assign(placed, { pruning: { ...given.pruning, costs } });
    const [one, other] = [task(), task()];
    feedbackKernel(workspace).sweep({ ...placed, ...one });
    referenceKernel.sweep({ ...placed, ...other });
    expect(one.codes).toEqual(other.codes);
    expect(one.errors).toEqual(other.errors);
  });
});

test.each([1, 7, 32])('compiled loops give the bits of the reference: meet with %i columns', (size) => {
  const stride = (size + 3) & ~3;
  const given = {
    ...{ products: filled(stride * stride), stride, size, meanCost: 3.7 },
    ...{ shares: filled(size * size, 0.3), costs: filled(size).map((cost) => Math.abs(cost) + 0.1) },
    weights: doubles(filled(size * lanes)),
  };
  const costs = allocateFloat32(size, workspace);
  costs.set(given.costs);
  const [one, other] = [doubles(new Float64Array(size * lanes)), doubles(new Float64Array(size * lanes))];
  feedbackKernel(workspace).meet({ ...given, costs, changes: one });
  referenceKernel.meet({ ...given, costs, changes: other });
  expect(one).toEqual(other);
});

/** What other weights do to the outputs of a layer, by the upper half of the sums of products of its inputs. */
function damageOf(
  before: Float32Array,
  { sums, stride, rows, size }: Record<'stride' | 'rows' | 'size', number> & { readonly sums: Float32Array },
): (after: Float32Array) => number {
  return (after) => {
    const change = after.map((value, at) => value - before[at]!);
    let total = 0;
    for (let row = 0; row < rows; row++)
      for (let one = 0; one < size; one++)
        for (let other = 0; other < size; other++)
          total +=
            change[row * size + one]! *
            sums[Math.min(one, other) * stride + Math.max(one, other)]! *
            change[row * size + other]!;
    return total;
  };
}

/** A layer with made-up weights, what errors in it are fed back by, and what changes of it do to its outputs. */
function layerOf(rows: number, size: number, step: number) {
  const { sums, stride } = correlated(size, 400);
  const weights = filled(rows * size);
  const feedback = prepareFeedback(sums, stride, size, workspace);
  if (!feedback) throw new Error('There must be a factor.');
  const layout = { rows, step: () => step, at: (row: number, column: number) => row * size + column };
  return { sums, stride, weights, feedback, layout, damage: damageOf(weights, { sums, stride, rows, size }) };
}

test('errors that are fed back cost less at the output than those of rounding, and rates make codes smaller', () => {
  const [rows, size, step] = [20, 40, 0.5];
  const { sums, stride, weights, feedback, layout, damage } = layerOf(rows, size, step);
  const rounded = weights.map((value) => Math.round(value / step) * step);
  const fed = weights.slice();
  roundWithFeedback(fed, layout, feedback, workspace);
  expect(damage(fed)).toBeLessThan(0.6 * damage(rounded));
  for (const value of fed) expect(value / step).toBe(Math.round(value / step));
  const priced = weights.slice();
  // Around 0, each code farther from it takes two bits more.
  const codes = new Int8Array(rows * size);
  const bits = Uint8Array.from({ length: 6 * rows * size }, (_, at) => [80, 48, 16, 48, 80, 16][at % 6]!);
  roundWithFeedback(priced, layout, feedback, workspace, { rate: { price: 0.1 / 16, codes, bits, curvature: 0 } });
  const size1 = (values: Float32Array): number => values.reduce((all, value) => all + Math.abs(value), 0);
  expect(size1(priced)).toBeLessThan(size1(fed));
  expect(prepareFeedback(sums.fill(0), stride, size, workspace)).toBeUndefined();
});

test.each([{ ofEach: 4 } as const, { ofEach: 8 } as const, { share: 0.5 }])(
  'weights that become 0 by %o are made good by the others',
  (pruning) => {
    const [rows, size, step] = [20, 42, 0.05];
    const { weights, feedback, layout, damage } = layerOf(rows, size, step);
    const pruned = weights.slice();
    roundWithFeedback(pruned, layout, feedback, workspace, { pruning });
    const each = 'ofEach' in pruning ? pruning.ofEach : rows * size;
    const alone = weights.slice();
    for (let row = 0; row < rows; row++)
      for (let first = 0; first < size; first += Math.min(each, size)) {
        const places = Array.from({ length: Math.min(each, size - first) }, (_, at) => row * size + first + at);
        const kept = places.filter((at) => pruned[at] !== 0).length;
        if ('ofEach' in pruning) expect(kept).toBeLessThanOrEqual((places.length + 1) >> 1);
        places.sort((one, other) => Math.abs(weights[one]!) - Math.abs(weights[other]!));
        for (const at of places.slice(0, places.length - kept)) alone[at] = 0;
      }
    const zeros = pruned.filter((value) => value === 0).length;
    expect(zeros / pruned.length).toBeGreaterThan(0.35);
    expect(damage(pruned)).toBeLessThan(0.6 * damage(alone));
  },
);

test('weights that meet other inputs give nearly the outputs that they gave before', () => {
  const [rows, size, stride, count] = [3, 10, 12, 800];
  const [inputs, moved] = [allocateFloat32(count * stride, workspace), allocateFloat32(count * stride, workspace)];
  for (let sample = 0; sample < count; sample++)
    for (let column = 0; column < size; column++) {
      const at = sample * stride + column;
      inputs[at] = normal(next) + (inputs[at - 1] ?? 0) / 2;
      // What an input lost stands in its neighbour as well.
      moved[at] = 0.6 * inputs[at] + (column > 0 ? 0.3 * (inputs[at - 1] ?? 0) : 0);
    }
  const moves = allocateFloat32(count * stride, workspace);
  moves.set(inputs.map((one, at) => one - (moved[at] ?? 0)));
  const [sums, products] = [allocateFloat32(stride ** 2, workspace), allocateFloat32(stride ** 2, workspace)];
  feedbackKernel(workspace).accumulate(moved, count, stride, sums);
  feedbackKernel(workspace).accumulateProducts(moved, moves, count, stride, products);
  const weights = filled(rows * size);
  const before = weights.slice();
  const feedback = prepareFeedback(sums, stride, size, workspace);
  if (!feedback) throw new Error('There must be a factor.');
  meetInputs(weights, { rows, at: (row, column) => row * size + column }, feedback, { products, stride }, workspace);
  const off = (values: Float32Array): number => {
    let sum = 0;
    for (let sample = 0; sample < count; sample++)
      for (let row = 0; row < rows; row++) {
        let error = 0;
        for (let column = 0; column < size; column++) {
          const at = sample * stride + column;
          error += before[row * size + column]! * inputs[at]! - values[row * size + column]! * moved[at]!;
        }
        sum += error ** 2;
      }
    return sum;
  };
  expect(off(weights)).toBeLessThan(0.02 * off(before));
});

test('a ridge takes prices that grow with squares, so that errors and bits together are least', () => {
  const [rows, size, step] = [20, 40, 1.3];
  const { sums, stride, weights, feedback, layout, damage } = layerOf(rows, size, step);
  const fed = weights.slice();
  roundWithFeedback(fed, layout, feedback, workspace);
  // Each code takes sixteenths of a bit that grow with its square, as of normal numbers.
  const grows = 9;
  const bitsOf = (code: number): number => 10 + grows * code ** 2;
  const codes = Int8Array.from(fed, (value) => Math.round(value / step));
  const bits = Uint8Array.from({ length: 6 * codes.length }, (_, at) =>
    bitsOf(at % 6 === 5 ? 0 : codes[Math.floor(at / 6)]! + (at % 6) - 2),
  );
  const rate = { price: 0.02, codes, bits };
  const roundedAt = (curvature: number): Float32Array => {
    const values = weights.slice();
    const told = { sums, moves: undefined, stride, rate: { ...rate, curvature } };
    const priced = meetRidge(values, layout, feedback, told, workspace);
    if (!priced) throw new Error('There must be a factor.');
    roundWithFeedback(values, layout, priced.feedback, workspace, { rate: priced.rate });
    return values;
  };
  const together = (values: Float32Array): number =>
    damage(values) / (step ** 2 * feedback.meanCost) +
    rate.price * values.reduce((all, value) => all + bitsOf(Math.round(value / step)), 0);
  const [priced, ridged] = [roundedAt(0), roundedAt(grows)];
  expect(together(priced)).toBeLessThan(together(fed));
  expect(together(ridged)).toBeLessThan(together(priced));
  for (const value of ridged) expect(value / step).toBeCloseTo(Math.round(value / step), 5);
});
