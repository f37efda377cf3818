import { perStep } from './blocks.ts';
import { nearestPlace, valueTable, type ValueTable } from './table.ts';

/** Floats of four bits: two of exponent, one of fraction. */
export const e2m1: ValueTable = valueTable([-6, -4, -3, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3, 4, 6]);
export const e2m1Most = 6;

/** The squared error of numbers that take values of a table times a scale. */
export function squaredErrorBy(table: ValueTable, numbers: Float32Array, scale: number): number {
  const factor = perStep(scale);
  let error = 0;
  for (const number of numbers)
    error += (number - (table.values[nearestPlace(table, number * factor)] ?? 0) * scale) ** 2;
  return error;
}
