import { DamagedArchiveError } from '../errors.ts';
import type { Workspace } from '../kernels/workspace.ts';
import type { StreamShape } from '../codecs/codec.ts';
import { countBlocks, eachBlock, greatestOfBlocks, perStep, shapeOf, stepGrowth } from './blocks.ts';
import { joinBytes } from './bytes.ts';
import { groupHeader, readGroupHeader } from './group-header.ts';
import type { Bound, Part, Piece, PieceShape, Quantized } from './quantizer.ts';
import { readSteps, writeSteps } from './steps.ts';

/** Some fixed values in ascending order, from −1 to 1, of which numbers take the nearest, in blocks with a scale each. */
export interface ValueTable {
  readonly values: Float32Array;
  /** Halfway between neighbours: a number takes the value whose place is how many of these it reaches. */
  readonly borders: Float32Array;
}

export function valueTable(values: readonly number[]): ValueTable {
  const ascending = Float32Array.from(values).sort();
  return {
    values: ascending,
    borders: ascending.subarray(1).map((value, place) => (value + (ascending[place] ?? 0)) / 2),
  };
}

/** The place of the value nearest to `value`, halves going up. */
export function nearestPlace({ borders }: ValueTable, value: number): number {
  let [low, high] = [0, borders.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value >= (borders[middle] ?? 0)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A scale and a table for each block of a piece. */
export interface TableBlocks {
  readonly block: number;
  readonly scales: Float32Array;
  table(number: number): ValueTable;
}

/** Each number as the place of the value nearest to it in the table of its block, times the scale. */
export function tablePlaces(piece: Piece, { block, scales, table }: TableBlocks, workspace: Workspace): Part {
  const places = workspace.allocate(piece.values.length);
  eachBlock(shapeOf(piece), block, (start, end, number) => {
    const factor = perStep(scales[number]);
    const own = table(number);
    for (let at = start; at < end; at++) places[at] = nearestPlace(own, (piece.values[at] ?? 0) * factor);
  });
  return { bytes: places, width: 1, dtype: 'U8' };
}

/** The inverse of {@link tablePlaces}: value × scale in double precision, rounded to single. */
export function fromPlaces(
  part: Part | undefined,
  shape: PieceShape,
  { block, scales, table }: TableBlocks,
  values: Float32Array,
): void {
  const places = part?.bytes ?? new Uint8Array();
  eachBlock(shape, block, (start, end, number) => {
    const scale = scales[number] ?? 0;
    const own = table(number).values;
    for (let at = start; at < end; at++) {
      const value = own[places[at] ?? 0];
      if (value === undefined) throw new DamagedArchiveError(`There is no value ${places[at]} among ${own.length}.`);
      values[at] = value * scale;
    }
  });
}

/** Half the widest gap of the table around a number, and what lies beyond its ends, times the scale of its block. */
export function placesBound(piece: Piece, { block, scales, table }: TableBlocks): Bound {
  const most = new Float64Array(piece.values.length);
  eachBlock(shapeOf(piece), block, (start, end, number) => {
    const scale = scales[number] ?? 0;
    const { values } = table(number);
    const [least = 0, greatest = 0] = [values[0], values.at(-1)];
    const widest = widestGap(values);
    for (let at = start; at < end; at++) {
      const value = piece.values[at] ?? 0;
      most[at] = Math.max((scale * widest) / 2, value - scale * greatest, scale * least - value);
    }
  });
  return { each: (place) => most[place] ?? 0 };
}

function widestGap(values: Float32Array): number {
  return values.reduce((gap, value, place) => (place === 0 ? 0 : Math.max(gap, value - (values[place - 1] ?? 0))), 0);
}

/** Each number as the place of the nearest value of `table` times the largest magnitude of its block. */
export function quantizeByTable(piece: Piece, block: number, table: ValueTable, workspace: Workspace): Quantized {
  const { header, steps, part } = writeSteps(greatestOfBlocks(piece, block), workspace);
  const places = tablePlaces(piece, { block, scales: steps, table: () => table }, workspace);
  return { header: joinBytes(groupHeader(block), header), parts: [part, places] };
}

export function tableShapes(header: Uint8Array, shape: PieceShape): readonly StreamShape[] {
  return [
    { length: 2 * countBlocks(shape, readGroupHeader(header).group), width: 2 },
    { length: shape.count, width: 1 },
  ];
}

/** The inverse of {@link quantizeByTable}. */
export function dequantizeByTable(
  { header, parts: [stepPart, places] }: Quantized,
  shape: PieceShape,
  table: ValueTable,
  values: Float32Array,
): void {
  const { group: block, stepsAt } = readGroupHeader(header);
  fromPlaces(places, shape, { block, scales: readSteps(header, stepsAt, stepPart), table: () => table }, values);
}

/** The bound of {@link quantizeByTable}: scales may be rounded up. */
export function tableBound(piece: Piece, block: number, table: ValueTable): Bound {
  const scales = greatestOfBlocks(piece, block).map((most) => most * stepGrowth);
  return placesBound(piece, { block, scales, table: () => table });
}
