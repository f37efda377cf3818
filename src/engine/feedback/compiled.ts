import code from '../kernels/generated/feedback.wasm.ts';
import { instantiate } from '../kernels/load.ts';
import type { Workspace } from '../kernels/workspace.ts';
import type { FeedbackKernel } from './kernel.ts';
import type { WaysSweepTask } from './trellis-kernel.ts';

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
      curvature: number,
      costs: number,
      border: number,
      group: number,
      keeps: number,
    ]
  ): void;
  sweepWays(
    ...given: [
      shares: number,
      size: number,
      stride: number,
      count: number,
      weights: number,
      errors: number,
      lines: number,
      halves: number,
      widths: number,
      worths: number,
      prices: number,
      isFree: number,
      wanted: number,
      room: number,
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
  const loops = loopsIn(workspace);
  return {
    accumulate: (samples, count, stride, sums) => loops.accumulate(samples.byteOffset, count, stride, sums.byteOffset),
    accumulateProducts: (left, right, count, stride, sums) =>
      loops.accumulateProducts(left.byteOffset, right.byteOffset, count, stride, sums.byteOffset),
    factor: (matrix, size) => loops.factor(matrix.byteOffset, size),
    subtractProducts: (matrix, stride, left, right) =>
      loops.subtractProducts(matrix.byteOffset, stride, left.byteOffset, right.byteOffset),
    sweep({ shares, size, weights, errors, codes, steps, prices, rates, curvature, pruning }) {
      const arrays = [weights, errors, codes, steps, prices, rates].map(({ byteOffset }) => byteOffset);
      const [weight = 0, error = 0, target = 0, step = 0, price = 0, rate = 0] = arrays;
      const { costs, border, group, keeps } = pruning;
      const pruned = [costs.byteOffset, border, group, keeps.byteOffset] as const;
      loops.sweep(shares.byteOffset, size, weight, error, target, step, price, rate, curvature, ...pruned);
    },
    meet({ products, stride, shares, costs, meanCost, size, weights, changes }) {
      const { byteOffset } = products;
      const [weight, change] = [weights.byteOffset, changes.byteOffset];
      loops.meet(byteOffset, stride, shares.byteOffset, costs.byteOffset, meanCost, size, weight, change);
    },
  };
}

/** The compiled {@link WaysSweepTask}, for arrays that all live in `workspace`. */
export function sweepWays(task: WaysSweepTask, workspace: Workspace): void {
  const { shares, size, stride, count, weights, errors, lines, halves, widths, worths, prices } = task;
  const arrays = [weights, errors, lines, halves, widths, worths, prices].map(({ byteOffset }) => byteOffset);
  const [weight = 0, error = 0, line = 0, half = 0, width = 0, worth = 0, price = 0] = arrays;
  const { isFree, wanted, room } = task;
  const last = [isFree ? 1 : 0, wanted.byteOffset, room.byteOffset] as const;
  const { byteOffset } = shares;
  const lanes = [weight, error, line, half, width] as const;
  loopsIn(workspace).sweepWays(byteOffset, size, stride, count, ...lanes, worth, price, ...last);
}

const loopsIn = ({ memory }: Workspace): Exports => instantiate(code, memory) as unknown as Exports;
