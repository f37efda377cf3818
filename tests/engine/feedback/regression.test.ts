import { expect, test } from 'vitest';
import { Regression } from '../../../src/engine/feedback/regression.ts';
import {
  allocateFloat64,
  feedbackKernel,
  productsAtOnce,
  referenceKernel,
} from '../../../src/engine/feedback/index.ts';
import { Workspace } from '../../../src/engine/kernels/workspace.ts';
import { gaussians } from '../../support/streams.ts';

const size = 13;
const all = Array.from({ length: size }, (_, input) => input);
/** Sums of products of inputs that have to do with each other. */
const products = (() => {
  const samples = Array.from({ length: 40 }, (_, sample) => {
    const own = gaussians(size, 1, sample + 1);
    return own.map((value, place) => value + 0.8 * (own[(place + 1) % size] ?? 0));
  });
  return Float64Array.from({ length: size * size }, (_, at) =>
    samples.reduce((sum, sample) => sum + (sample[Math.floor(at / size)] ?? 0) * (sample[at % size] ?? 0), 0),
  );
})();
const product = (one: number, other: number): number => products[one * size + other] ?? 0;

test('using all inputs inverts their products, and using them no more gives those again', () => {
  const regression = new Regression(products.slice(), size);
  regression.turn(all);
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      let sum = 0;
      for (let at = 0; at < size; at++) sum -= product(row, at) * regression.at(at, column);
      expect(sum).toBeCloseTo(row === column ? 1 : 0, 9);
    }
  for (const inputs of [[5, 0, 11, 3, 1], [2], [4, 10, 9, 8, 7, 6, 12]]) regression.turn(inputs);
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++)
      expect(regression.at(row, column)).toBeCloseTo(product(row, column), 8);
});

test('what is made of the inputs that are used leaves a rest that none of them has to do with', () => {
  const regression = new Regression(products.slice(), size);
  regression.turn(all);
  regression.turn([2, 7, 8]);
  const used = all.filter((input) => regression.isUsed(input));
  expect(used).toEqual([0, 1, 3, 4, 5, 6, 9, 10, 11, 12]);
  for (const gone of [2, 7, 8]) {
    for (const input of used) {
      const made = used.reduce((sum, other) => sum + regression.at(gone, other) * product(other, input), 0);
      expect(made).toBeCloseTo(product(gone, input), 8);
    }
    const rest = used.reduce(
      (sum, other) => sum - regression.at(gone, other) * product(other, gone),
      product(gone, gone),
    );
    expect(regression.at(gone, gone)).toBeCloseTo(rest, 8);
    expect(rest).toBeGreaterThan(0);
  }
});

test.each([2, 4, 14])('the compiled loop takes the same products from a matrix of %i rows', (stride) => {
  const workspace = new Workspace(2 ** 16);
  const filled = (count: number, seed: number): Float64Array => {
    const values = allocateFloat64(count, workspace);
    values.set(gaussians(count, 1, seed));
    return values;
  };
  const [one, other] = [filled(stride * stride, 1), filled(stride * stride, 1)];
  const [left, right] = [filled(productsAtOnce * stride, 2), filled(productsAtOnce * stride, 3)];
  feedbackKernel(workspace).subtractProducts(one, stride, left, right);
  referenceKernel.subtractProducts(other, stride, left, right);
  expect(one).toEqual(other);
});
