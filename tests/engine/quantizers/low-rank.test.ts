import { expect, test } from 'vitest';
import { leadingDirections } from '../../../src/engine/quantizers/low-rank/directions.ts';
import { sketchOf } from '../../../src/engine/quantizers/sketch.ts';
import { bell } from '../../support/numbers.ts';

const [rows, columns, rank] = [300, 120, 6];

/** A table of low rank with a little noise. */
function table(): Float32Array {
  const [left, right, noise] = [bell(rows * rank, 1, 3), bell(rank * columns, 1, 4), bell(rows * columns, 1e-3, 5)];
  return noise.map((value, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    let sum = value;
    for (let of = 0; of < rank; of++) sum += (left[row * rank + of] ?? 0) * (right[of * columns + column] ?? 0);
    return sum;
  });
}

test('the directions of a table of low rank have all of its energy but the noise', () => {
  const values = table();
  const directions = leadingDirections(sketchOf(values, 0, { rows, columns }), columns, 0.999, 64);
  expect(directions.length).toBe(rank * columns);
  let [kept, all] = [0, 0];
  for (let row = 0; row < rows; row++) {
    const numbers = values.subarray(row * columns, (row + 1) * columns);
    all += product(numbers, numbers);
    for (let at = 0; at < rank; at++)
      kept += product(numbers, directions.subarray(at * columns, (at + 1) * columns)) ** 2;
  }
  expect(1 - kept / all).toBeLessThan(1e-5);
});

test('sketches of neighbouring rows add up to the sketch of both', () => {
  const values = table();
  const cut = 77 * columns;
  const [whole, first, second] = [
    sketchOf(values, 0, { rows, columns }),
    sketchOf(values.subarray(0, cut), 0, { rows, columns }),
    sketchOf(values.subarray(cut), 77, { rows, columns }),
  ];
  whole.forEach((sum, at) => expect((first[at] ?? 0) + (second[at] ?? 0)).toBeCloseTo(sum, 6));
});

function product(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += (one[at] ?? 0) * (other[at] ?? 0);
  return sum;
}
