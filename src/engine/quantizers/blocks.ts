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
