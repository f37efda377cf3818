import { expect, test } from 'vitest';
import { measurePiece } from '../../../src/engine/quantizers/statistics.ts';
import { trellis } from '../../../src/engine/quantizers/trellis/index.ts';
import { inScratch, workspace } from '../../support/codecs.ts';
import { bell } from '../../support/numbers.ts';

/** The errors of each row, times `inputMeans` or 1, summed up, in steps; and all squared, in squares of steps. */
function errorsOf(columns: number, asked: Record<string, unknown>, inputMeans?: Float32Array) {
  const geometry = { rows: 64, columns, channels: 'rows' } as const;
  const count = geometry.rows * columns;
  const values = bell(count, 0.05, 5).map((value) => value + 0.003);
  const statistics = { ...measurePiece(values, { ...geometry, start: 0, total: count }, trellis.needs!), inputMeans };
  const parameters = trellis.plan(geometry, statistics, trellis.options.parse({ coarseness: 0.4, ...asked }));
  const piece = { ...geometry, values, firstRow: 0, firstColumn: 0 };
  const after = inScratch(() => {
    const quantized = trellis.quantize(piece, parameters, workspace);
    const restored = new Float32Array(count);
    trellis.dequantize(quantized, { count, columns, firstColumn: 0 }, restored, workspace);
    return restored;
  });
  const step = trellis.bound(piece, { ...parameters, means: undefined }).each(0);
  const errors = after.map((value, at) => (value - values[at]!) / step);
  const sums = Array.from({ length: geometry.rows }, (_, row) =>
    errors
      .subarray(row * columns, (row + 1) * columns)
      .reduce((sum, error, column) => sum + error * (inputMeans?.[column] ?? 1), 0),
  );
  const meanSquare = (numbers: readonly number[]): number =>
    numbers.reduce((sum, number) => sum + number ** 2, 0) / numbers.length;
  return { sums: Math.sqrt(meanSquare(sums)), squares: meanSquare([...errors]) };
}

test.each([
  { columns: 9, most: 1 },
  { columns: 200, most: 0.6 },
  { columns: 256, most: 0.5 },
  { columns: 700, most: 0.3 },
])(
  'errors of rows of $columns cancel out by more than chance has them, at hardly more of them',
  ({ columns, most }) => {
    const inputs = bell(columns, 1, 9).map((value) => Math.abs(value) - 0.3);
    for (const means of [undefined, inputs]) {
      const [nearest, balanced] = ['nearest', 'balanced'].map((rounding) => errorsOf(columns, { rounding }, means));
      expect(balanced!.sums).toBeLessThan(most * nearest!.sums);
      expect(balanced!.squares).toBeLessThan((1 + 4 / columns) * nearest!.squares);
    }
  },
);

test('inputs of nothing leave the ways alone', () => {
  const nothing = new Float32Array(300);
  expect(errorsOf(300, { rounding: 'balanced' }, nothing)).toEqual(errorsOf(300, { rounding: 'nearest' }, nothing));
});
