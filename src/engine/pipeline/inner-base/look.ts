import { decodeFloats } from '../../tensor/floats.ts';
import type { Matrix, Unit } from './units.ts';

/** Numbers of each neuron that are looked at, of each matrix. */
const looked = 64;
const sampledRows = 16;

/** What leads to and from the hidden neurons of a unit: some numbers of each, of length 1. */
export interface Neurons {
  readonly count: number;
  readonly length: number;
  readonly numbers: Float32Array;
}

/** The cosine of neurons of two units. */
export function sampleOf(one: Neurons, row: number, other: Neurons, column: number): number {
  const { length } = one;
  let sum = 0;
  for (let place = 0; place < length; place++)
    sum += (one.numbers[row * length + place] ?? 0) * (other.numbers[column * length + place] ?? 0);
  return sum;
}

/** Looks at the neurons of a unit whose matrices have them along these axes. */
export async function rowsOfUnit({ matrices }: Unit, axes: ReadonlyMap<string, 0 | 1>): Promise<Neurons> {
  const parts: Float32Array[] = [];
  let count = 0;
  for (const [within, axis] of axes) {
    const matrix = matrices.get(within);
    if (!matrix) continue;
    count = axis === 0 ? matrix.rows : matrix.columns;
    parts.push(await linesOf(matrix, axis));
  }
  const length = parts.reduce((sum, part) => sum + part.length / count, 0);
  const numbers = new Float32Array(count * length);
  let start = 0;
  for (const part of parts) {
    const each = part.length / count;
    for (let row = 0; row < count; row++)
      numbers.set(part.subarray(row * each, (row + 1) * each), row * length + start);
    start += each;
  }
  for (let row = 0; row < count; row++) normalize(numbers.subarray(row * length, (row + 1) * length));
  return { count, length, numbers };
}

/** The first numbers of each row, or of each column, line by line. */
async function linesOf(matrix: Matrix, axis: 0 | 1): Promise<Float32Array> {
  const { rows, columns } = matrix;
  if (axis === 0) {
    const each = Math.min(looked, columns);
    const lines = new Float32Array(rows * each);
    for (let row = 0; row < rows; row++) lines.set(await readNumbers(matrix, row * columns, each), row * each);
    return lines;
  }
  const each = Math.min(looked, rows);
  const lines = new Float32Array(columns * each);
  for (let row = 0; row < each; row++)
    (await readNumbers(matrix, row * columns, columns)).forEach((one, column) => (lines[column * each + row] = one));
  return lines;
}

/** The cosine of what two matrices of one shape have in some rows. */
export async function cosineOf(one: Matrix, other: Matrix): Promise<number> {
  const { rows, columns } = one;
  let [product, left, right] = [0, 0, 0];
  for (let sample = 0; sample < Math.min(sampledRows, rows); sample++) {
    const row = Math.floor(((sample + 0.5) * rows) / Math.min(sampledRows, rows));
    const count = Math.min(looked, columns);
    const [a, b] = [await readNumbers(one, row * columns, count), await readNumbers(other, row * columns, count)];
    for (let place = 0; place < count; place++) {
      product += (a[place] ?? 0) * (b[place] ?? 0);
      left += (a[place] ?? 0) ** 2;
      right += (b[place] ?? 0) ** 2;
    }
  }
  return left > 0 && right > 0 ? product / Math.sqrt(left * right) : 0;
}

async function readNumbers({ source, tensor, width, dtype }: Matrix, at: number, count: number): Promise<Float32Array> {
  const bytes = new Uint8Array(count * width);
  await source.read(tensor.offset + at * width, bytes);
  return decodeFloats(dtype, bytes);
}

function normalize(numbers: Float32Array): void {
  const norm = Math.sqrt(numbers.reduce((sum, one) => sum + one * one, 0));
  if (norm > 0 && norm < Infinity) for (let at = 0; at < numbers.length; at++) numbers[at] = (numbers[at] ?? 0) / norm;
}
