import type { Geometry } from '../quantizer.ts';
import { samplePlace, type TensorStatistics } from '../statistics.ts';

/** A sample must have so many numbers of a row and of a column to tell their spread. */
const enough = 8;
const rounds = 16;
/** How much a scale may change in one round, and in all, as natural logarithms. */
const [mostDown, mostUp, leastScale, mostScale] = [Math.log(0.7), Math.log(2), -0.3, 10];

/**
 * What to divide the columns by, so that rows and columns (rows divided as well) have nearly the same spread: Sinkhorn-like
 * rounds on a sample; where that is too sparse, the root of the mean square of each column. 0 for a column of zeros.
 */
export function balancedColumns(
  { rows, columns }: Geometry,
  { sample = new Float32Array(), count, columnSquares }: TensorStatistics,
): Float32Array {
  const sizes = Float64Array.from({ length: columns }, (_, at) => Math.sqrt((columnSquares?.[at] ?? 0) / rows));
  if (sample.length < enough * Math.max(rows, columns)) return Float32Array.from(sizes);
  const [rowScales, columnScales] = [new Float64Array(rows), new Float64Array(columns)];
  let best = columnScales.slice();
  let least = Infinity;
  for (let round = 0; round < rounds; round++) {
    const rowSquares = new Float64Array(rows);
    const columnSums = new Float64Array(columns);
    const [rowCounts, columnCounts] = [new Uint32Array(rows), new Uint32Array(columns)];
    sample.forEach((number, at) => {
      const place = samplePlace(at, count);
      const [row, column] = [Math.floor(place / columns), place % columns];
      const square = (number * Math.exp(-(rowScales[row] ?? 0) - (columnScales[column] ?? 0))) ** 2;
      rowSquares[row] = (rowSquares[row] ?? 0) + square;
      columnSums[column] = (columnSums[column] ?? 0) + square;
      rowCounts[row] = (rowCounts[row] ?? 0) + 1;
      columnCounts[column] = (columnCounts[column] ?? 0) + 1;
    });
    const rowSpreads = rowSquares.map((sum, at) => Math.sqrt(sum / Math.max(1, rowCounts[at] ?? 0)));
    const columnSpreads = columnSums.map((sum, at) => Math.sqrt(sum / Math.max(1, columnCounts[at] ?? 0)));
    const spreads = [...rowSpreads, ...columnSpreads].filter((spread) => spread > 0);
    const target = spreads.reduce((low, spread) => Math.min(low, spread), Infinity);
    const imbalance = spreads.reduce((high, spread) => Math.max(high, spread), 0) / target;
    if (!(imbalance < least)) break;
    [least, best] = [imbalance, columnScales.slice()];
    adjust(rowScales, rowSpreads, target);
    adjust(columnScales, columnSpreads, target);
  }
  return Float32Array.from(best, (scale, at) => ((sizes[at] ?? 0) > 0 ? Math.exp(scale) : 0));
}

function adjust(scales: Float64Array, spreads: Float64Array, target: number): void {
  spreads.forEach((spread, at) => {
    if (!(spread > 0)) return;
    const change = Math.max(mostDown, Math.min(mostUp, Math.log(spread / target)));
    scales[at] = Math.max(leastScale, Math.min(mostScale, (scales[at] ?? 0) + change));
  });
}
