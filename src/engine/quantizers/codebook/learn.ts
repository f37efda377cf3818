import type { Geometry } from '../quantizer.ts';
import { samplePlace, type TensorStatistics } from '../statistics.ts';
import { pricedCodebook, toPlaces, withBorders, type Book } from './kernel.ts';

interface Wanted {
  readonly size: number;
  readonly groups: number;
  /** Whether every row is divided by its size first. */
  readonly isScaled: boolean;
  /** What errors count by, besides being squared: the size of their row, or what their column is multiplied with. */
  readonly weights: 'none' | 'row' | 'input';
  /** How much lengths of places count. */
  readonly rate: number;
}

/** What is known of one row from the sample, already divided by its size where rows are scaled. */
interface Row {
  readonly numbers: Float32Array;
  readonly weights: Float32Array;
}

/** Rounds of giving rows the codebook that suits them and making it anew for them. */
const rounds = 4;

/** The least weight of a column whose inputs are about 0 on average, of the mean: they vary. */
const leastInput = 0.1;

/** The codebooks for a tensor, all of one length. */
export function learnCodebooks(
  { columns }: Geometry,
  { sample = new Float32Array(), count, inputMeans }: TensorStatistics,
  { size, groups, isScaled, weights, rate }: Wanted,
): readonly Book[] {
  const ofInputs = weights === 'input' && inputMeans?.length === columns ? weightsOf(inputMeans) : undefined;
  const rows = rowsOf(sample, count, columns).map(({ numbers, first }): Row => {
    const squares = numbers.reduce((sum, number) => sum + number * number, 0);
    const mean = Math.sqrt(squares / numbers.length);
    const ofRow = weights === 'row' && !isScaled && mean > 0 ? 1 / (mean * mean) : 1;
    const known = ofInputs && numbers.map((_, at) => ofInputs[samplePlace(first + at, count) % columns] ?? 1);
    return {
      numbers: isScaled && mean > 0 ? numbers.map((number) => number / mean) : numbers,
      weights: known ?? new Float32Array(numbers.length).fill(Number.isFinite(Math.fround(ofRow)) ? ofRow : 1),
    };
  });
  let books = [bookFor(rows, size, rate)];
  if (groups > 1 && rows.length > groups) {
    // Rows are first parted by how far their largest number stands out, which is what shapes differ in most.
    const peaks = rows.map(({ numbers }) => numbers.reduce((most, number) => Math.max(most, Math.abs(number)), 0));
    const order = [...rows.keys()].sort((one, other) => (peaks[one] ?? 0) - (peaks[other] ?? 0));
    let members = Array.from({ length: groups }, (_, group) =>
      order.slice(Math.floor((group * rows.length) / groups), Math.floor(((group + 1) * rows.length) / groups)),
    );
    for (let round = 0; round < rounds; round++) {
      books = members.filter(({ length }) => length > 0).map((of) => bookFor(pick(rows, of), size, rate));
      members = parted(rows, books);
    }
  }
  const longest = Math.max(...books.map(({ values }) => values.length));
  return books.map(({ values, prices }) => {
    const places = Array.from({ length: longest }, (_, at) => Math.min(at, values.length - 1));
    return withBorders(
      Float32Array.from(places, (at) => values[at] ?? 0),
      Float64Array.from(places, (at) => prices[at] ?? 0),
    );
  });
}

/** What errors of columns count that are multiplied with so much on average. */
function weightsOf(inputMeans: Float32Array): Float32Array {
  const mean = inputMeans.reduce((sum, one) => sum + one * one, 0) / inputMeans.length;
  if (!(mean > 0 && mean < Infinity)) return new Float32Array(inputMeans.length).fill(1);
  return inputMeans.map((one) => (1 - leastInput) * ((one * one) / mean) + leastInput);
}

function pick(rows: readonly Row[], places: readonly number[]): Row[] {
  return places.flatMap((place) => rows[place] ?? []);
}

function bookFor(rows: readonly Row[], size: number, rate: number): Book {
  const count = rows.reduce((sum, { numbers }) => sum + numbers.length, 0);
  const numbers = new Float32Array(count);
  const weights = new Float32Array(count);
  let at = 0;
  for (const row of rows) {
    numbers.set(row.numbers, at);
    weights.set(row.weights, at);
    at += row.numbers.length;
  }
  return pricedCodebook(numbers, weights, size, rate);
}

/** For each codebook the rows that it suits best. */
function parted(rows: readonly Row[], books: readonly Book[]): number[][] {
  const scratch = new Uint8Array(Math.max(0, ...rows.map(({ numbers }) => numbers.length)));
  const members = books.map((): number[] => []);
  rows.forEach(({ numbers }, place) => {
    const losses = books.map((book) => toPlaces(numbers, 0, numbers.length, 1, book, scratch));
    members[losses.indexOf(Math.min(...losses))]?.push(place);
  });
  return members;
}

/** The numbers of a sample, row by row of their tensor, and which is the first; rows of which it has nothing are left out. */
function rowsOf(
  sample: Float32Array,
  total: number,
  columns: number,
): { readonly numbers: Float32Array; readonly first: number }[] {
  const rows: { readonly numbers: Float32Array; readonly first: number }[] = [];
  let [start, row] = [0, 0];
  for (let number = 0; number <= sample.length; number++) {
    const at = number < sample.length ? Math.floor(samplePlace(number, total) / columns) : -1;
    if (number > 0 && at !== row) rows.push({ numbers: sample.subarray(start, number), first: start });
    if (at !== row) [start, row] = [number, at];
  }
  return rows;
}
