import { expect, test } from 'vitest';
import { balanceErrors, toGrid, widenZero } from '../../../src/engine/quantizers/grid/kernel.ts';
import { bell } from '../../support/numbers.ts';

test.each([9, 25, 240, 4096])(
  'balanced rounding leaves no sum of errors in rows of %i, and moves none by a step',
  (columns) => {
    for (let seed = 1; seed < 20; seed++) {
      const values = bell(columns, 1, seed).map((value) => value + 0.03);
      const steps = Float32Array.of(0.3);
      const codes = new Int32Array(columns);
      toGrid(values, 0, columns, steps, 0, codes, false);
      const before = squares(values, codes);
      balanceErrors(values, 0, columns, steps[0] ?? 0, codes);
      const errors = errorsOf(values, codes);
      expect(Math.abs(errors.reduce((sum, error) => sum + error, 0))).toBeLessThanOrEqual(0.5 + 1e-3);
      expect(Math.max(...errors.map(Math.abs))).toBeLessThanOrEqual(1);
      // Those that move were near the middle between two lines.
      expect(squares(values, codes)).toBeLessThan(before * 1.2 + 0.5);
    }
  },
);

test.each([false, true])(
  'a dead zone makes zeros of what is near zero and leaves the rest (own steps: %s)',
  (isEach) => {
    const values = Float32Array.of(0.44, -0.44, 0.46, 0.2, -0.8, 3);
    const steps = new Float32Array(values.length).fill(0.6);
    const codes = new Int32Array(values.length);
    toGrid(values, 0, values.length, steps, 0, codes, isEach);
    expect([...codes]).toEqual([1, -1, 1, 0, -1, 5]);
    widenZero(values, 0, values.length, steps, 0, codes, isEach, 0.75);
    expect([...codes]).toEqual([0, 0, 1, 0, -1, 5]);
  },
);

function errorsOf(values: Float32Array, codes: Int32Array): number[] {
  return Array.from(codes, (code, at) => code - (values[at] ?? 0) / Math.fround(0.3));
}

function squares(values: Float32Array, codes: Int32Array): number {
  return errorsOf(values, codes).reduce((sum, error) => sum + error * error, 0);
}
