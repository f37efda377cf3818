import { describe, expect, test } from 'vitest';
import {
  descentBytes,
  descentKernel,
  groupsOf,
  learnBooks,
  referenceKernel,
} from '../../../src/engine/descent/index.ts';
import {
  allocateFloat32,
  allocateFloat64,
  prepareFeedback,
  roundWithFeedback,
} from '../../../src/engine/feedback/index.ts';
import { Workspace } from '../../../src/engine/kernels/workspace.ts';
import { codebook } from '../../../src/engine/quantizers/codebook/index.ts';
import { measurePiece } from '../../../src/engine/quantizers/statistics.ts';
import { normal, random } from '../../../src/evaluation/statistics/random.ts';

const workspace = new Workspace(8 * 2 ** 20);
const next = random(9);

/** Sums of products of inputs that depend on each other, symmetric. */
function sumsOf(size: number): { readonly sums: Float32Array; readonly stride: number } {
  const stride = (size + 3) & ~3;
  const sums = allocateFloat32(stride * stride, workspace);
  for (let sample = 0; sample < 4 * size; sample++) {
    let last = 0;
    const inputs = Array.from({ length: size }, () => (last = 0.8 * last + normal(next)));
    for (let row = 0; row < size; row++)
      for (let column = 0; column < size; column++) sums[row * stride + column]! += inputs[row]! * inputs[column]!;
  }
  return { sums, stride };
}

describe('compiled loops give the bits of the reference', () => {
  test.each([1, 7, 8, 30])('for rows of %i inputs', (size) => {
    const { sums, stride } = sumsOf(size);
    const count = 6;
    const book = allocateFloat32(count, workspace);
    book.set([-2, -1.1, -0.3, 0.1, 0.9, 2.2]);
    const prices = allocateFloat32(count, workspace);
    prices.set([30, 12, 4, 1, 14, 33]);
    const errors = allocateFloat32(size, workspace);
    errors.forEach((_, at) => (errors[at] = normal(next)));
    const start = Uint8Array.from({ length: size }, () => next() % count);
    const [one, other] = [descentKernel(workspace), referenceKernel].map((kernel) => {
      const places = workspace.allocate(size);
      places.set(start);
      const gradient = allocateFloat32(stride, workspace);
      const [normals, slopes] = [allocateFloat64(count ** 2, workspace), allocateFloat64(count, workspace)];
      const row = { sums, stride, size, places, count, gradient };
      kernel.slope({ ...row, errors });
      const sloped = gradient.slice();
      const moves = kernel.descend({ ...row, book, prices });
      kernel.gather({ ...row, normals, slopes });
      return { sloped, moves, places, gradient, normals, slopes };
    });
    expect(one).toEqual(other);
    expect(size < 8 || one!.moves > 0).toBe(true);
  });
});

test('rows of a like kind are in one group', () => {
  const rows = Array.from({ length: 30 }, (_, row) =>
    Float32Array.from({ length: 200 }, () => normal(next) * (row % 3 === 0 ? 4 : row % 3 === 1 ? 1 : 0.1)),
  );
  const groups = groupsOf(rows, 3);
  groups.forEach((group, row) => expect(group).toBe(groups[row % 3]));
  expect(new Set(groups.subarray(0, 3)).size).toBe(3);
  expect([...groupsOf(rows, 1)]).toEqual(rows.map(() => 0));
});

/** A layer, rounded with its errors fed back, and what is to be known of it. */
function layerOf(rows: number, size: number, step: number) {
  const { sums, stride } = sumsOf(size);
  const wanted = Float32Array.from(
    { length: rows * size },
    (_, at) => normal(next) * (at < (rows * size) / 2 ? 1 : 0.4),
  );
  const layout = { rows, step: () => step, at: (row: number, column: number): number => row * size + column };
  const feedback = prepareFeedback(sums, stride, size, workspace);
  if (!feedback) throw new Error('There must be a factor.');
  const rounded = wanted.slice();
  roundWithFeedback(rounded, layout, feedback, workspace);
  const damage = (values: Float32Array): number => {
    const errors = values.map((value, at) => value - wanted[at]!);
    let total = 0;
    for (let row = 0; row < rows; row++)
      for (let one = 0; one < size; one++)
        for (let other = 0; other < size; other++)
          total += errors[row * size + one]! * sums[one * stride + other]! * errors[row * size + other]!;
    return total;
  };
  return { ...{ sums, stride, size, wanted, rounded, layout, damage }, meanCost: feedback.meanCost };
}

function entropyOf(values: Float32Array): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts.values()].reduce((sum, many) => sum - (many / values.length) * Math.log2(many / values.length), 0);
}

test('codebooks that are learned leave smaller errors of outputs, and shorter codes where lengths cost something', () => {
  const [rows, size] = [48, 40];
  const { sums, stride, wanted, rounded, layout, damage, meanCost } = layerOf(rows, size, 0.9);
  expect(workspace.hasRoom(descentBytes(size))).toBe(true);
  const learn = (from: Float32Array, perBit: number): Float32Array => {
    const values = from.slice();
    const own = allocateFloat32(sums.length, workspace);
    own.set(sums);
    const inputs = { sums: own, stride, size, perBit, groups: 4 };
    const books = learnBooks(values, wanted, layout, inputs, workspace);
    for (const value of values) expect(books?.books).toContain(value);
    expect(books?.books.length).toBe(books?.size);
    return values;
  };
  const nearest = wanted.map((value) => Math.round(value / 0.9) * 0.9);
  const free = learn(nearest, 0);
  expect(damage(free)).toBeLessThan(0.6 * damage(nearest));
  expect(damage(learn(rounded, 0))).toBeLessThan(0.98 * damage(rounded));
  const priced = learn(nearest, (8 * meanCost * 0.9 ** 2 * Math.LN2) / 6);
  expect(entropyOf(priced)).toBeLessThan(entropyOf(free) - 0.03);
});

test('a method tells learned codebooks as they are', () => {
  const [rows, size] = [12, 33];
  const values = Float32Array.from({ length: rows * size }, (_, at) =>
    Math.floor(at / size) % 2 === 0 ? [-1, 0.25, 3][at % 3]! : [-7, 0, 0.5][at % 3]!,
  );
  const told = { size: 4, books: Float32Array.of(-1, 0.25, 3, 3, -7, 0, 0.5, 0.5) };
  const geometry = { rows, columns: size, channels: 'rows' } as const;
  const statistics = measurePiece(values, { ...geometry, start: 0, total: values.length }, codebook.needs!);
  const parameters = codebook.plan(geometry, statistics, codebook.options.parse({}), told);
  const quantized = codebook.quantize({ ...geometry, values, firstRow: 0, firstColumn: 0 }, parameters, workspace);
  const after = new Float32Array(values.length);
  codebook.dequantize(quantized, { count: values.length, columns: size, firstColumn: 0 }, after, workspace);
  expect(after).toEqual(values);
});

test('nothing is learned of more lines than a codebook has room for', () => {
  const { sums, stride, size, wanted, rounded, layout } = layerOf(20, 40, 0.001);
  const before = rounded.slice();
  expect(learnBooks(rounded, wanted, layout, { sums, stride, size, perBit: 1, groups: 1 }, workspace)).toBeUndefined();
  expect(rounded).toEqual(before);
});
