import code from '../kernels/generated/feedback.wasm.ts';
import { instantiate } from '../kernels/load.ts';
import type { Workspace } from '../kernels/workspace.ts';
import type { FeedbackKernel } from './kernel.ts';

interface Exports {
  accumulate(samples: number, count: number, stride: number, sums: number): void;
  accumulateProducts(left: number, right: number, count: number, stride: number, sums: number): void;
  factor(matrix: number, size: number): number;
  subtractProducts(matrix: number, stride: number, left: number, right: number): void;
  sweep(
    ...addresses: [
      shares: number,
      size: number,
      weights: number,
      errors: number,
      codes: number,
      steps: number,
      prices: number,
      rates: number,
      costs: number,
      border: number,
      group: number,
      keeps: number,
    ]
  ): void;
  meet(
    ...given: [
      products: number,
      stride: number,
      shares: number,
      costs: number,
      meanCost: number,
      size: number,
      weights: number,
      changes: number,
    ]
  ): void;
}

/** The compiled loops, for arrays that all live in `workspace`. */
export function feedbackKernel(workspace: Workspace): FeedbackKernel {
  const loops = instantiate(code, workspace.memory) as unknown as Exports;
  return {
    accumulate: (samples, count, stride, sums) => loops.accumulate(samples.byteOffset, count, stride, sums.byteOffset),
    accumulateProducts: (left, right, count, stride, sums) =>
      loops.accumulateProducts(left.byteOffset, right.byteOffset, count, stride, sums.byteOffset),
    factor: (matrix, size) => loops.factor(matrix.byteOffset, size),
    subtractProducts: (matrix, stride, left, right) =>
      loops.subtractProducts(matrix.byteOffset, stride, left.byteOffset, right.byteOffset),
    sweep({ shares, size, weights, errors, codes, steps, prices, rates, pruning }) {
      const arrays = [weights, errors, codes, steps, prices, rates].map(({ byteOffset }) => byteOffset);
      const [weight = 0, error = 0, target = 0, step = 0, price = 0, rate = 0] = arrays;
      const { costs, border, group, keeps } = pruning;
      const pruned = [costs.byteOffset, border, group, keeps.byteOffset] as const;
      loops.sweep(shares.byteOffset, size, weight, error, target, step, price, rate, ...pruned);
    },
    meet({ products, stride, shares, costs, meanCost, size, weights, changes }) {
      const { byteOffset } = products;
      const [weight, change] = [weights.byteOffset, changes.byteOffset];
      loops.meet(byteOffset, stride, shares.byteOffset, costs.byteOffset, meanCost, size, weight, change);
    },
  };
}
