import type { Piece, PieceShape } from './quantizer.ts';

/** Calls back with each block: runs of `block` numbers of a row, the last of a row shorter; 0 is the whole row. */
export function eachBlock(
  { count, columns, firstColumn }: PieceShape,
  block: number,
  use: (start: number, end: number, number: number) => void,
): void {
  const width = Math.min(columns - firstColumn, count);
  const size = block === 0 ? width : Math.min(block, width);
  let number = 0;
  for (let row = 0; row < count; row += width)
    for (let start = row; start < row + width; start += size) use(start, Math.min(row + width, start + size), number++);
}

/** How many blocks a piece has. */
export function countBlocks({ count, columns, firstColumn }: PieceShape, block: number): number {
  const width = Math.min(columns - firstColumn, count);
  return Math.ceil(width / (block === 0 ? width : block)) * Math.max(1, Math.floor(count / columns));
}

export function shapeOf({ values, columns, firstColumn }: Piece): PieceShape {
  return { count: values.length, columns, firstColumn };
}

/** The largest magnitude of each block. */
export function greatestOfBlocks(piece: Piece, block: number): Float32Array {
  const shape = shapeOf(piece);
  const greatest = new Float32Array(countBlocks(shape, block));
  eachBlock(shape, block, (start, end, number) => {
    let most = 0;
    for (let place = start; place < end; place++) {
      const magnitude = Math.abs(piece.values[place] ?? 0);
      if (magnitude > most) most = magnitude;
    }
    greatest[number] = most;
  });
  return greatest;
}

/** The mean magnitude of each block. */
export function meansOfBlocks(piece: Piece, block: number): Float32Array {
  const shape = shapeOf(piece);
  const means = new Float32Array(countBlocks(shape, block));
  eachBlock(shape, block, (start, end, number) => {
    let sum = 0;
    for (let at = start; at < end; at++) sum += Math.abs(piece.values[at] ?? 0);
    means[number] = sum / (end - start);
  });
  return means;
}

/** The root of the mean square of each block. */
export function sizesOfBlocks(piece: Piece, block: number): Float32Array {
  const shape = shapeOf(piece);
  const sizes = new Float32Array(countBlocks(shape, block));
  eachBlock(shape, block, (start, end, number) => {
    let squares = 0;
    for (let at = start; at < end; at++) squares += (piece.values[at] ?? 0) ** 2;
    sizes[number] = Math.sqrt(squares / (end - start));
  });
  return sizes;
}

/** 1 / step, or 0 for a step of 0, which makes zeros of everything. */
export function perStep(step: number | undefined): number {
  return step !== undefined && step > 0 ? 1 / step : 0;
}

/** What a step may become by being stored: at most this many times as much. */
export const stepGrowth = 2 ** (1 / 32);
