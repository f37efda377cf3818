/** Which way the trellis goes over a tensor. */
export const directions = ['rows', 'columns'] as const;
export type Direction = (typeof directions)[number];

/** Numbers after which the trellis begins anew, at most. */
export const longestRun = 256;

/** Some numbers that one way through the trellis goes over, `pitch` apart. */
export interface Run {
  readonly start: number;
  readonly count: number;
  readonly pitch: number;
}

/** The runs of a piece of `count` numbers, rows of `columns` or from `firstColumn` on a part of one: along rows, or down columns. */
export function* runsOf(
  direction: Direction,
  { columns, firstColumn }: { readonly columns: number; readonly firstColumn: number },
  count: number,
): Generator<Run> {
  const width = Math.min(columns - firstColumn, count);
  if (width === 0) return;
  if (direction === 'rows') {
    for (let row = 0; row < count; row += width)
      for (let at = 0; at < width; at += longestRun)
        yield { start: row + at, count: Math.min(longestRun, width - at), pitch: 1 };
    return;
  }
  const rows = count / width;
  for (let first = 0; first < rows; first += longestRun)
    for (let column = 0; column < width; column++)
      yield { start: first * width + column, count: Math.min(longestRun, rows - first), pitch: width };
}
