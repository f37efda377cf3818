import type { Geometry } from '../quantizer.ts';
import { samplePlace, type TensorStatistics } from '../statistics.ts';
import { bordersOf, optimalCodebook, toPlaces } from './kernel.ts';

interface Wanted {
  readonly size: number;
  readonly groups: number;
  /** Whether every row is divided by its size first. */
  readonly isScaled: boolean;
  /** Whether errors count by the size of their row. */
  readonly isWeighted: boolean;
}

/** What is known of one row from the sample, already divided by its size where rows are scaled. */
interface Row {
  readonly numbers: Float32Array;
  readonly weight: number;
}

/** Rounds of giving rows the codebook that suits them and making it anew for them. */
const rounds = 4;

/** The codebooks for a tensor, all of one length. */
export function learnCodebooks(
  { columns }: Geometry,
  { sample = new Float32Array(), count }: TensorStatistics,
  { size, groups, isScaled, isWeighted }: Wanted,
): readonly Float32Array[] {
  const rows = rowsOf(sample, count, columns).map((numbers): Row => {
    const squares = numbers.reduce((sum, number) => sum + number * number, 0);
    const mean = Math.sqrt(squares / numbers.length);
    const weight = isWeighted && mean > 0 ? 1 / (mean * mean) : 1;
    return isScaled && mean > 0
      ? { numbers: numbers.map((number) => number / mean), weight: 1 }
      : { numbers, weight: Number.isFinite(weight) ? weight : 1 };
  });
  let books = [bookFor(rows, size)];
  if (groups > 1 && rows.length > groups) {
    // Rows are first parted by how far their largest number stands out, which is what shapes differ in most.
    const peaks = rows.map(({ numbers }) => numbers.reduce((most, number) => Math.max(most, Math.abs(number)), 0));
    const order = [...rows.keys()].sort((one, other) => (peaks[one] ?? 0) - (peaks[other] ?? 0));
    let members = Array.from({ length: groups }, (_, group) =>
      order.slice(Math.floor((group * rows.length) / groups), Math.floor(((group + 1) * rows.length) / groups)),
    );
    for (let round = 0; round < rounds; round++) {
      books = members.filter(({ length }) => length > 0).map((of) => bookFor(pick(rows, of), size));
      members = parted(rows, books);
    }
  }
  const longest = Math.max(...books.map(({ length }) => length));
  return books.map((book) =>
    Float32Array.from({ length: longest }, (_, at) => book[Math.min(at, book.length - 1)] ?? 0),
  );
}

function pick(rows: readonly Row[], places: readonly number[]): Row[] {
  return places.flatMap((place) => rows[place] ?? []);
}

function bookFor(rows: readonly Row[], size: number): Float32Array {
  const count = rows.reduce((sum, { numbers }) => sum + numbers.length, 0);
  const numbers = new Float32Array(count);
  const weights = new Float32Array(count);
  let at = 0;
  for (const row of rows) {
    numbers.set(row.numbers, at);
    weights.fill(row.weight, at, (at += row.numbers.length));
  }
  return optimalCodebook(numbers, weights, size);
}

/** For each codebook the rows that it suits best. */
function parted(rows: readonly Row[], books: readonly Float32Array[]): number[][] {
  const borders = books.map(bordersOf);
  const scratch = new Uint8Array(Math.max(0, ...rows.map(({ numbers }) => numbers.length)));
  const members = books.map((): number[] => []);
  rows.forEach(({ numbers }, place) => {
    const losses = books.map((book, id) =>
      toPlaces(numbers, 0, numbers.length, 1, book, borders[id] ?? new Float32Array(), scratch),
    );
    members[losses.indexOf(Math.min(...losses))]?.push(place);
  });
  return members;
}

/** The numbers of a sample, row by row of their tensor; rows of which the sample has nothing are left out. */
function rowsOf(sample: Float32Array, total: number, columns: number): Float32Array[] {
  const rows: Float32Array[] = [];
  let [start, row] = [0, 0];
  for (let number = 0; number <= sample.length; number++) {
    const at = number < sample.length ? Math.floor(samplePlace(number, total) / columns) : -1;
    if (number > 0 && at !== row) rows.push(sample.subarray(start, number));
    if (at !== row) [start, row] = [number, at];
  }
  return rows;
}
