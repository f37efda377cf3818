import { DamagedArchiveError } from '../errors.ts';
import type { Workspace } from '../kernels/workspace.ts';
import { readVarint, varintLength, writeVarint } from '../codecs/varint.ts';
import type { StreamShape } from '../codecs/codec.ts';
import { joinBytes } from './bytes.ts';
import type { Bound, Piece, PieceShape, Quantized } from './quantizer.ts';
import { countBlocks, eachBlock, greatestOfBlocks, shapeOf } from './blocks.ts';
import { readSteps, stepsHeaderBytes, writeSteps } from './steps.ts';

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

/** Each number as the place of the nearest value of `table` times the largest magnitude of its block. */
export function quantizeByTable(piece: Piece, block: number, table: ValueTable, workspace: Workspace): Quantized {
  const { header, steps, part } = writeSteps(greatestOfBlocks(piece, block), workspace);
  const places = workspace.allocate(piece.values.length);
  eachBlock(shapeOf(piece), block, (start, end, number) => {
    const scale = steps[number] ?? 0;
    const perUnit = scale > 0 ? 1 / scale : 0;
    for (let at = start; at < end; at++) places[at] = nearestPlace(table, (piece.values[at] ?? 0) * perUnit);
  });
  const size = new Uint8Array(varintLength(block));
  writeVarint(size, 0, block);
  return { header: joinBytes(size, header), parts: [part, { bytes: places, width: 1, dtype: 'U8' }] };
}

export function tableShapes(header: Uint8Array, shape: PieceShape): readonly StreamShape[] {
  const { value: block, end } = readVarint(header, 0, header.length);
  if (header.length !== end + stepsHeaderBytes)
    throw new DamagedArchiveError(`A header of ${header.length} bytes for blocks of ${block} numbers.`);
  return [
    { length: 2 * countBlocks(shape, block), width: 2 },
    { length: shape.count, width: 1 },
  ];
}

/** The inverse of {@link quantizeByTable}: value × scale in double precision, rounded to single. */
export function dequantizeByTable(
  { header, parts }: Quantized,
  shape: PieceShape,
  table: ValueTable,
  values: Float32Array,
): void {
  const { value: block, end: at } = readVarint(header, 0, header.length);
  const steps = readSteps(header, at, parts[0]);
  const places = parts[1]?.bytes ?? new Uint8Array();
  eachBlock(shape, block, (start, end, number) => {
    const scale = steps[number] ?? 0;
    for (let place = start; place < end; place++) {
      const value = table.values[places[place] ?? 0];
      if (value === undefined)
        throw new DamagedArchiveError(`There is no value ${places[place]} among ${table.values.length}.`);
      values[place] = value * scale;
    }
  });
}

/** Half the widest gap around a number, times the scale of its block as it may be rounded up. */
export function tableBound(piece: Piece, block: number, table: ValueTable): Bound {
  const greatest = greatestOfBlocks(piece, block);
  const most = new Float64Array(piece.values.length);
  const widest = table.values.reduce(
    (gap, value, place) => (place === 0 ? 0 : Math.max(gap, value - (table.values[place - 1] ?? 0))),
    0,
  );
  eachBlock(shapeOf(piece), block, (start, end, number) => {
    most.fill(((greatest[number] ?? 0) * 2 ** (1 / 32) * widest) / 2, start, end);
  });
  return { each: (place) => most[place] ?? 0 };
}
