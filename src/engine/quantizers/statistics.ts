import { differencesFrom } from './delta/kernel.ts';
import type { Geometry } from './quantizer.ts';
import { sketchOf } from './sketch.ts';

/** What is known of the numbers of a tensor before any of them is approximated. Plain data; pieces add up. */
export interface TensorStatistics {
  readonly count: number;
  /** Numbers in the whole tensor, where only a part of it was measured. */
  readonly total?: number;
  readonly zeros: number;
  /** Infinities and NaN, which are in none of the sums. */
  readonly notFinite: number;
  readonly sum: number;
  readonly squares: number;
  readonly least: number;
  readonly most: number;
  /** The first numbers, as they lie in the file. */
  readonly head: Float32Array;
  /** Least and largest number and sum of squares of each column, where a method asked for them. */
  readonly columnLeast?: Float32Array;
  readonly columnMost?: Float32Array;
  readonly columnSquares?: Float64Array;
  /** Numbers from all over the tensor, in order, where a method asked for them; all of them when it is small. */
  readonly sample?: Float32Array;
  /** Runs of {@link runLength} neighbours of a row from all over the tensor, in order, and the row of each. */
  readonly runs?: Float32Array;
  readonly runRows?: Uint32Array;
  /** Sums of rows with random signs, where a method asked for them. */
  readonly sketch?: Float64Array;
  /** The same, with a sketch, of how the numbers differ from those of a base, where a method asked. */
  readonly differences?: TensorStatistics;
  /** What the numbers of each column are multiplied with on average, where a method asked and the graph tells. */
  readonly inputMeans?: Float32Array | undefined;
}

/** How many numbers of a tensor are its head. */
const headCount = 8192;
/** The most numbers of a tensor in its sample. */
export const sampleCount = 65_536;
/** Numbers of a run, and the most runs of a tensor. */
export const runLength = 8;
const runCount = 8192;
/** Columns beyond which nothing is kept of each: parameters of every column would not fit a block. */
export const mostColumns = 65_536;

/** What a method wants to know of a tensor besides the common; of columns perhaps only where they are channels. */
export interface StatisticsNeeds {
  readonly columns?: boolean | 'channels' | undefined;
  readonly sample?: boolean | undefined;
  readonly runs?: boolean | undefined;
  readonly sketch?: boolean | undefined;
  readonly inputs?: boolean | undefined;
}

/** Where a piece lies in its tensor. */
interface PiecePlace {
  readonly start: number;
  readonly columns: number;
  readonly total: number;
  /** As of {@link Geometry}. */
  readonly channels?: Geometry['channels'] | undefined;
}

/** Measures one piece that begins `start` numbers into a tensor of `total`, and how it differs from `base` where that is given. */
export function measurePiece(
  values: Float32Array,
  place: PiecePlace,
  needs: StatisticsNeeds,
  base?: Float32Array,
): TensorStatistics {
  return {
    count: values.length,
    ...sumUp(values),
    head: place.start < headCount ? values.slice(0, headCount - place.start) : new Float32Array(),
    ...(wantsColumns(needs, place) && measureColumns(values, place)),
    ...(needs.sample && { sample: sampleOf(values, place) }),
    ...(needs.runs && runsOf(values, place)),
    ...(needs.sketch && { sketch: sketchFor(values, place) }),
    ...(base && { differences: measurePiece(differencesFrom(values, base), place, { sketch: true }) }),
  };
}

type Sums = Pick<TensorStatistics, 'zeros' | 'notFinite' | 'sum' | 'squares' | 'least' | 'most'>;

function sumUp(values: Float32Array): Sums {
  let [zeros, sum, squares] = [0, 0, 0];
  let [least, most] = [Infinity, -Infinity];
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? 0;
    if (value === 0) zeros++;
    sum += value;
    squares += value * value;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (Number.isFinite(squares)) return { zeros, notFinite: 0, sum, squares, least, most };
  const finite = values.filter(Number.isFinite);
  return { ...sumUp(finite), notFinite: values.length - finite.length };
}

function measureColumns(values: Float32Array, { start, columns }: PiecePlace) {
  const columnLeast = new Float32Array(columns).fill(Infinity);
  const columnMost = new Float32Array(columns).fill(-Infinity);
  const columnSquares = new Float64Array(columns);
  let column = start % columns;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? 0;
    if (value < (columnLeast[column] ?? 0)) columnLeast[column] = value;
    if (value > (columnMost[column] ?? 0)) columnMost[column] = value;
    columnSquares[column] = (columnSquares[column] ?? 0) + value * value;
    if (++column === columns) column = 0;
  }
  return { columnLeast, columnMost, columnSquares };
}

function wantsColumns({ columns: wanted }: StatisticsNeeds, { columns, channels }: PiecePlace): boolean {
  return columns <= mostColumns && (wanted === true || (wanted === 'channels' && channels === 'columns'));
}

function sketchFor(values: Float32Array, { start, columns, total }: PiecePlace): Float64Array {
  return sketchOf(values, Math.floor(start / columns), { rows: Math.ceil(total / columns), columns });
}

/** Places that are spread over the whole tensor without a period that a row could share. */
function sampleOf(values: Float32Array, { start, total }: PiecePlace): Float32Array {
  if (total <= sampleCount) return values.slice();
  const stride = total / sampleCount;
  const first = Math.max(0, Math.floor(start / stride) - 1);
  const last = Math.min(sampleCount - 1, Math.ceil((start + values.length) / stride));
  const sample: number[] = [];
  for (let number = first; number <= last; number++) {
    const at = samplePlace(number, total) - start;
    if (at >= 0 && at < values.length) sample.push(values[at] ?? 0);
  }
  return Float32Array.from(sample);
}

/** Runs that begin at multiples of their length in a row; those that a row has no room for are left out. */
function runsOf(values: Float32Array, { start, columns, total }: PiecePlace) {
  const stride = Math.max(runLength, total / runCount);
  const runs: number[] = [];
  const runRows: number[] = [];
  const first = Math.max(0, Math.floor(start / stride) - 1);
  for (let number = first; number * stride < start + values.length; number++) {
    const place = Math.floor((number + ((number * 0.618033988749895) % 1)) * stride);
    const column = place % columns;
    const at = place - (column % runLength) - start;
    const fits = column - (column % runLength) + runLength <= columns;
    if (!fits || at < 0 || at + runLength > values.length) continue;
    for (let next = at; next < at + runLength; next++) runs.push(values[next] ?? 0);
    runRows.push(Math.floor(place / columns));
  }
  return { runs: Float32Array.from(runs), runRows: Uint32Array.from(runRows) };
}

/** Where in a tensor of `total` numbers that number of its sample stands. */
export function samplePlace(number: number, total: number): number {
  if (total <= sampleCount) return number;
  return Math.floor((number + ((number * 0.618033988749895) % 1)) * (total / sampleCount));
}

/** Statistics of two neighbouring runs of one tensor together. */
export function addStatistics(one: TensorStatistics, other: TensorStatistics): TensorStatistics {
  return {
    count: one.count + other.count,
    zeros: one.zeros + other.zeros,
    notFinite: one.notFinite + other.notFinite,
    sum: one.sum + other.sum,
    squares: one.squares + other.squares,
    least: Math.min(one.least, other.least),
    most: Math.max(one.most, other.most),
    head: other.head.length === 0 ? one.head : joined(one.head, other.head),
    ...(one.columnLeast &&
      other.columnLeast && {
        columnLeast: one.columnLeast.map((least, at) => Math.min(least, other.columnLeast?.[at] ?? 0)),
      }),
    ...(one.columnMost &&
      other.columnMost && {
        columnMost: one.columnMost.map((most, at) => Math.max(most, other.columnMost?.[at] ?? 0)),
      }),
    ...(one.columnSquares &&
      other.columnSquares && {
        columnSquares: one.columnSquares.map((all, at) => all + (other.columnSquares?.[at] ?? 0)),
      }),
    ...(one.sample && other.sample && { sample: joined(one.sample, other.sample) }),
    ...(one.sketch && other.sketch && { sketch: one.sketch.map((sum, at) => sum + (other.sketch?.[at] ?? 0)) }),
    ...(one.differences && other.differences && { differences: addStatistics(one.differences, other.differences) }),
    ...(one.runs && other.runs && { runs: joined(one.runs, other.runs) }),
    ...(one.runRows && other.runRows && { runRows: Uint32Array.of(...one.runRows, ...other.runRows) }),
  };
}

function joined(one: Float32Array, other: Float32Array): Float32Array {
  const all = new Float32Array(one.length + other.length);
  all.set(one);
  all.set(other, one.length);
  return all;
}

/** How many numbers the tensor has. */
export function totalCount({ count, total = count }: TensorStatistics): number {
  return total;
}

/** The largest magnitude; 0 where there is no finite number. */
export function greatest({ least, most }: TensorStatistics): number {
  return Math.max(0, -least, most);
}

/** The pieces of a tensor: whole rows up to `pieceCount` numbers, none of two stacks, or even parts of a row that is longer. */
export function* piecesOf(
  { rows, columns, stacked = rows }: Pick<Geometry, 'rows' | 'columns' | 'stacked'>,
  pieceCount: number,
): Generator<{ readonly start: number; readonly count: number }> {
  if (columns > pieceCount) {
    for (let row = 0; row < rows; row++)
      for (let at = 0; at < columns; at += pieceCount)
        yield { start: row * columns + at, count: Math.min(pieceCount, columns - at) };
    return;
  }
  const count = Math.max(1, Math.floor(pieceCount / columns)) * columns;
  for (let first = 0; first < rows; first += stacked) {
    const end = Math.min(rows, first + stacked) * columns;
    for (let start = first * columns; start < end; start += count) yield { start, count: Math.min(count, end - start) };
  }
}
