import type { RowRun } from '../../../engine/feedback/index.ts';
import type { Geometry } from '../../../engine/quantizers/quantizer.ts';
import { piecesOf } from '../../../engine/quantizers/statistics.ts';
import { codesOn } from '../../../engine/trellis/codes.ts';
import { evenPrices, pricesOf, type Prices } from '../../../engine/trellis/kernel.ts';
import { longestRun, runsOf, type Direction } from '../../../engine/trellis/runs.ts';
import type { Layer } from '../layers/layers.ts';

/** Numbers that an archive codes together, as it cuts tensors into blocks. */
const pieceCount = 2 ** 18;

/**
 * Which way a trellis goes over a stored tensor so that it goes over the outputs of a layer, input after input: the only one that
 * errors can be fed back with. None where groups are rounded by themselves, or one row is longer than a piece.
 */
export function directionOf(
  { rows, columns, groups, isTransposed }: Pick<Layer, 'rows' | 'columns' | 'groups' | 'isTransposed'>,
  geometry: Geometry,
): Direction | undefined {
  if (groups > 1 || geometry.columns !== (isTransposed ? rows : columns)) return undefined;
  if (isTransposed) return 'rows';
  return columns > pieceCount ? undefined : 'columns';
}

/** The outputs of a layer that one run of the trellis goes over at each input. */
export function outputRuns(direction: Direction, geometry: Geometry): readonly RowRun[] {
  const whole = [{ start: 0, count: geometry.columns }];
  const pieces =
    direction === 'rows'
      ? whole
      : [...piecesOf(geometry, pieceCount)].map(({ start, count }) => ({
          start: start / geometry.columns,
          count: count / geometry.columns,
        }));
  return pieces.flatMap(({ start, count }) =>
    Array.from({ length: Math.ceil(count / longestRun) }, (_, run) => ({
      first: start + run * longestRun,
      count: Math.min(longestRun, count - run * longestRun),
    })),
  );
}

/** What codes of numbers on lines of a trellis take, when both sets of lines have statistics of their own. */
export interface TrellisCodes {
  /** Of a code, on average. */
  readonly bits: number;
  readonly prices: Prices;
}

/** Before anything was rounded. */
export const nothingKnown: TrellisCodes = { bits: Infinity, prices: evenPrices };

/** What a bit is worth, in squares of half a step, where codes are rounded by what they cost: less than for weights taken alone. */
export const trellisWeight = (0.4 * 0.7 * 4 * Math.LN2) / 6;

/** No tensor is taken to have shrunk by more. */
const mostGrowth = 1.25;

/**
 * What weights must grow by so that rounding leaves them as large as they were. Feedback sees to that for inputs like those that were
 * looked at; where these were few, weights tend to 0 in all other directions, and answers with them.
 */
export function growthOf(before: Float32Array, after: Float32Array): number {
  let [own, common] = [0, 0];
  before.forEach((value, at) => {
    own += value * value;
    common += value * (after[at] ?? 0);
  });
  return Math.min(mostGrowth, Math.max(1 / mostGrowth, own / Math.max(common, own / mostGrowth)));
}

/** Looks at numbers that lie on lines of a trellis. */
export function trellisCodes(
  values: Float32Array,
  direction: Direction,
  geometry: Geometry,
  stepOf: (at: number) => number,
): TrellisCodes {
  const codes = new Int32Array(values.length);
  const parities = new Uint8Array(values.length);
  for (const { start, count } of piecesOf(geometry, pieceCount)) {
    const shape = { columns: geometry.columns, firstColumn: start % geometry.columns };
    for (const run of runsOf(direction, shape, count))
      codesOn(values, { ...run, start: start + run.start }, stepOf, codes, parities);
  }
  return { bits: entropyOf(codes, parities), prices: pricesOf(codes, parities) };
}

/** Bits of a code when it is known which set it is of. */
function entropyOf(codes: Int32Array, parities: Uint8Array): number {
  const counts = [new Map<number, number>(), new Map<number, number>()];
  codes.forEach((code, at) => {
    const of = counts[parities[at] ?? 0];
    of?.set(code, (of.get(code) ?? 0) + 1);
  });
  let bits = 0;
  for (const of of counts) {
    const all = [...of.values()];
    const total = all.reduce((sum, count) => sum + count, 0);
    for (const count of all) bits -= count * Math.log2(count / total);
  }
  return bits / Math.max(1, codes.length);
}
