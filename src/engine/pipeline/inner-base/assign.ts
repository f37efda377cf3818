import { setImmediate as nextTurn } from 'node:timers/promises';

type Likeness = (row: number, column: number) => number;

/** What is assigned with the greatest sum takes the third power of this in time. */
const mostExactly = 400;
/** Rows between turns of the event loop, in which a job may be stopped. */
const together = 64;

/**
 * Gives each row of a square matrix of likenesses, whose `best` column is known, a column of its own, such that the sum of their
 * likenesses is greatest. Of more than 400 rows, those that alone like a column best get it, and only the others are assigned so;
 * one by one where they are more than 400. Throws what the signal was aborted with.
 */
export async function assign(
  likeness: Likeness,
  best: readonly number[],
  signal: AbortSignal,
): Promise<readonly number[]> {
  const all = best.map((_, place) => place);
  if (all.length <= mostExactly) return assignExactly(likeness, all, all);
  const byBest = Map.groupBy(all, (row) => best[row] ?? 0);
  const columns = all.map(() => -1);
  for (const [column, [row = 0, ...others]] of byBest) if (others.length === 0) columns[row] = column;
  const used = new Set(columns);
  const rows = all.filter((row) => columns[row] === -1);
  const free = all.filter((column) => !used.has(column));
  const chosen =
    rows.length <= mostExactly
      ? assignExactly(likeness, rows, free)
      : await assignGreedily(likeness, rows, free, signal);
  rows.forEach((row, place) => (columns[row] = chosen[place] ?? -1));
  return columns;
}

async function assignGreedily(
  likeness: Likeness,
  rows: readonly number[],
  columns: readonly number[],
  signal: AbortSignal,
): Promise<readonly number[]> {
  const free = new Set(columns);
  const chosen: number[] = [];
  for (const [place, row] of rows.entries()) {
    if (place % together === 0) {
      await nextTurn();
      signal.throwIfAborted();
    }
    let [best, most] = [-1, -Infinity];
    for (const column of free) {
      const value = likeness(row, column);
      if (value > most) [best, most] = [column, value];
    }
    free.delete(best);
    chosen.push(best);
  }
  return chosen;
}

/** Shortest augmenting paths with potentials (Jonker and Volgenant), O(n³). */
function assignExactly(likeness: Likeness, rows: readonly number[], columns: readonly number[]): readonly number[] {
  const size = rows.length;
  // Each is asked for up to `size` times.
  const costs = Float64Array.from(
    { length: size * size },
    (_, at) => -likeness(rows[Math.floor(at / size)] ?? 0, columns[at % size] ?? 0),
  );
  const rowPrices = new Float64Array(size + 1);
  const columnPrices = new Float64Array(size + 1);
  // Row of each column, counted from 1; column 0 stands for the row that is being placed.
  const rowAt = new Int32Array(size + 1);
  for (let row = 1; row <= size; row++) {
    rowAt[0] = row;
    const before = new Int32Array(size + 1);
    const slack = new Float64Array(size + 1).fill(Infinity);
    const isDone = new Uint8Array(size + 1);
    let at = 0;
    do {
      isDone[at] = 1;
      const current = rowAt[at] ?? 0;
      let [least, next] = [Infinity, 0];
      for (let column = 1; column <= size; column++) {
        if (isDone[column] === 1) continue;
        const cost = costs[(current - 1) * size + column - 1] ?? 0;
        const reduced = cost - (rowPrices[current] ?? 0) - (columnPrices[column] ?? 0);
        if (reduced < (slack[column] ?? 0)) {
          slack[column] = reduced;
          before[column] = at;
        }
        if ((slack[column] ?? 0) < least) [least, next] = [slack[column] ?? 0, column];
      }
      for (let column = 0; column <= size; column++)
        if (isDone[column] === 1) {
          const held = rowAt[column] ?? 0;
          rowPrices[held] = (rowPrices[held] ?? 0) + least;
          columnPrices[column] = (columnPrices[column] ?? 0) - least;
        } else slack[column] = (slack[column] ?? 0) - least;
      at = next;
    } while (rowAt[at] !== 0);
    while (at !== 0) {
      const previous = before[at] ?? 0;
      rowAt[at] = rowAt[previous] ?? 0;
      at = previous;
    }
  }
  const chosen = new Array<number>(size).fill(-1);
  for (let column = 1; column <= size; column++) chosen[(rowAt[column] ?? 0) - 1] = columns[column - 1] ?? -1;
  return chosen;
}
