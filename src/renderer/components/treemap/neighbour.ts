import type { Box } from './layout.ts';

export type Direction = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

/**
 * The box that an arrow key leads to: among those whose middle lies further that way, the one that is nearest, where
 * straying to the side counts double. Nothing beyond the edge.
 */
export function neighbour(boxes: readonly Box[], from: number, direction: Direction): number | undefined {
  const start = boxes[from];
  if (start === undefined) return undefined;
  const isSideways = direction === 'ArrowLeft' || direction === 'ArrowRight';
  const sign = direction === 'ArrowRight' || direction === 'ArrowDown' ? 1 : -1;
  let best: number | undefined;
  let least = Infinity;
  for (const [index, box] of boxes.entries()) {
    const along = sign * (isSideways ? middleX(box) - middleX(start) : middleY(box) - middleY(start));
    if (index === from || along <= 0) continue;
    const aside = Math.abs(isSideways ? middleY(box) - middleY(start) : middleX(box) - middleX(start));
    const distance = along + 2 * aside;
    if (distance < least) [best, least] = [index, distance];
  }
  return best;
}

function middleX({ x, width }: Box): number {
  return x + width / 2;
}

function middleY({ y, height }: Box): number {
  return y + height / 2;
}
