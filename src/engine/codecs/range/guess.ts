/** Rows that are looked for are this long at most. */
const longestRow = 1024;
/** Below this a distance is one of neighbours in a row, or of the parts of one number or pixel. */
const shortestRow = 16;
/** How many bytes are compared with those a row before. */
const comparedBytes = 8 * 1024;
/** A shorter row is taken where a longer one is not better by more: whole rows are alike over several of them as well. */
const alike = 1.02;

/**
 * How long the rows may be that `bytes` consist of, as of numbers or pixels, and as of images: the distances over which
 * bytes differ least, in a piece from the middle. Deterministic; none for fewer bytes than two of the longest rows.
 */
export function guessPeriods(bytes: Uint8Array): readonly number[] {
  if (bytes.length < 2 * longestRow) return [];
  const length = Math.min(bytes.length, comparedBytes + longestRow);
  const start = (bytes.length - length) >> 1;
  const piece = bytes.subarray(start, start + length);
  const differences = Array.from({ length: longestRow }, (_, before) => differenceOver(piece, before + 1));
  const leastFrom = (first: number, end: number): number => {
    const among = differences.slice(first - 1, end);
    const least = Math.min(...among);
    return first + among.findIndex((difference) => difference <= least * alike);
  };
  return [leastFrom(1, shortestRow - 1), leastFrom(shortestRow, longestRow)];
}

function differenceOver(piece: Uint8Array, distance: number): number {
  let sum = 0;
  for (let at = longestRow; at < piece.length; at++) {
    const away = (piece[at] ?? 0) - (piece[at - distance] ?? 0);
    sum += away < 0 ? -away : away;
  }
  return sum;
}
