import { decodeFloats } from '../../tensor/floats.ts';
import { hiddenAxes, linesAlong, type Matrix, type Unit } from './units.ts';

/** Numbers of each neuron that are looked at, of each matrix, and at first. */
const [looked, outlined] = [64, 16];
/** Rows of each matrix that are looked at first, and numbers of each. */
const [sampledRows, sampledNumbers] = [2, 128];
/** Rows that are read together have at most so many bytes. */
const readBytes = 2 ** 20;
/** Neurons that are looked for first, and the least cosine of what is nearly the same. */
const [firstGlances, glances, alike] = [2, 16, 0.8];

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

/** Looks at the neurons of a unit whose matrices have them along these axes, by those matrices that have one line for each. */
export async function rowsOfUnit(
  { matrices }: Unit,
  axes: ReadonlyMap<string, 0 | 1>,
  most = looked,
): Promise<Neurons> {
  const count = Math.min(...[...axes].map(([within, axis]) => linesAlong(matrices.get(within), axis)));
  const parts: Float32Array[] = [];
  for (const [within, axis] of axes) {
    const matrix = matrices.get(within);
    if (matrix && linesAlong(matrix, axis) === count) parts.push(await linesOf(matrix, axis, most));
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

/** The first numbers, at most so many, of each row, or of each column, line by line. */
async function linesOf(matrix: Matrix, axis: 0 | 1, most: number): Promise<Float32Array> {
  const { rows, columns } = matrix;
  if (axis === 0) return rowsOf(matrix, [...new Array(rows).keys()], most);
  const each = Math.min(most, rows);
  const lines = new Float32Array(columns * each);
  const together = Math.max(1, Math.floor(readBytes / (columns * matrix.width)));
  for (let first = 0; first < each; first += together) {
    const count = Math.min(together, each - first);
    const numbers = await readNumbers(matrix, first * columns, count * columns);
    for (let row = 0; row < count; row++)
      for (let column = 0; column < columns; column++)
        lines[column * each + first + row] = numbers[row * columns + column] ?? 0;
  }
  return lines;
}

async function rowsOf(matrix: Matrix, rows: readonly number[], most: number): Promise<Float32Array> {
  const each = Math.min(most, matrix.columns);
  const lines = new Float32Array(rows.length * each);
  // Together, since each waits much longer for its turn than for its bytes.
  await Promise.all(
    rows.map(async (row, place) => lines.set(await readNumbers(matrix, row * matrix.columns, each), place * each)),
  );
  return lines;
}

/** Whether some lines of a matrix are nearly those of another that come to their places by `order`. */
export async function areAlikeInOrder(
  one: Matrix,
  other: Matrix,
  axis: 0 | 1,
  order: readonly number[],
): Promise<boolean> {
  const chosen = spreadOver(order.length);
  const lines = async (matrix: Matrix, places: readonly number[]): Promise<Float32Array> => {
    if (axis === 0) return rowsOf(matrix, places, looked);
    const all = await linesOf(matrix, 1, looked);
    const each = all.length / matrix.columns;
    return Float32Array.from(places.flatMap((place) => [...all.subarray(place * each, (place + 1) * each)]));
  };
  const here = await lines(one, chosen);
  const there = await lines(
    other,
    chosen.map((place) => order[place] ?? 0),
  );
  normalize(here);
  normalize(there);
  return product(here, there) > alike;
}

/** Some places of so many, as far from one another as may be. */
function spreadOver(count: number, most = glances): readonly number[] {
  const some = Math.min(most, count);
  return Array.from({ length: some }, (_, place) => Math.floor(((place + 0.5) * count) / some));
}

function product(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, value, place) => sum + value * (right[place] ?? 0), 0);
}

/** Some numbers of a matrix, from rows that are spread over it, of length 1 together. */
async function glimpseOf(matrix: Matrix): Promise<Float32Array> {
  const numbers = await rowsOf(matrix, spreadOver(matrix.rows, sampledRows), sampledNumbers);
  normalize(numbers);
  return numbers;
}

/** Whether two matrices of one shape have nearly the same in some rows. */
export async function areAlike(one: UnitLook, other: UnitLook, within: string): Promise<boolean> {
  return product(await one.glimpse(within), await other.glimpse(within)) > alike;
}

/**
 * Whether some neurons of a unit, spread over it, have their like in another: at least half of them, and of the first two one, so that
 * units with nothing in common are soon done with.
 */
export function haveAlikeNeurons(one: Neurons, other: Neurons): boolean {
  const chosen = spreadOver(one.count);
  let found = 0;
  for (const [place, row] of chosen.entries()) {
    if (place === firstGlances && found === 0) return false;
    for (let column = 0; column < other.count; column++)
      if (sampleOf(one, row, other, column) > alike) {
        found++;
        break;
      }
  }
  return 2 * found >= chosen.length;
}

/** A unit with what was read of it, each once: it is compared with many others. */
export class UnitLook {
  readonly unit: Unit;
  readonly #glimpses = new Map<string, Promise<Float32Array>>();
  readonly #outlines = new Map<boolean, Promise<Neurons>>();

  constructor(unit: Unit) {
    this.unit = unit;
  }

  glimpse(within: string): Promise<Float32Array> {
    const matrix = this.unit.matrices.get(within);
    const known = this.#glimpses.get(within) ?? (matrix ? glimpseOf(matrix) : Promise.resolve(new Float32Array(0)));
    this.#glimpses.set(within, known);
    return known;
  }

  /** The hidden neurons by the matrices that have them along their columns, of which few reads tell. */
  outline(isTransposed: boolean): Promise<Neurons> {
    const axes = [...hiddenAxes(this.unit, isTransposed)].filter(([, axis]) => axis === 1);
    const known = this.#outlines.get(isTransposed) ?? rowsOfUnit(this.unit, new Map(axes), outlined);
    this.#outlines.set(isTransposed, known);
    return known;
  }
}

async function readNumbers({ source, tensor, width, dtype }: Matrix, at: number, count: number): Promise<Float32Array> {
  const bytes = new Uint8Array(count * width);
  await source.read(tensor.offset + at * width, bytes);
  return decodeFloats(dtype, bytes);
}

function normalize(numbers: Float32Array): void {
  let squares = 0;
  for (const one of numbers) squares += one * one;
  const norm = Math.sqrt(squares);
  if (norm > 0 && norm < Infinity) for (let at = 0; at < numbers.length; at++) numbers[at] = (numbers[at] ?? 0) / norm;
}
