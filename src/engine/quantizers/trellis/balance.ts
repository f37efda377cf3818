/** Moves that are tried for the last run of a row. */
const tries = 6;
/** How far numbers are moved at most so that errors cancel out, in half steps. */
export const mostMoved = 0.5;

export interface RunOfWays {
  readonly wanted: Float32Array;
  /** Where the numbers are moved to before `take` fills `lines`. */
  readonly aimed: Float32Array;
  readonly lines: Int32Array;
  readonly count: number;
  readonly take: () => void;
}

/**
 * Takes ways for numbers that are moved a little against the sum of the errors before them, times `means`, and returns the sum with
 * theirs. Where the row ends, several moves are tried: what is left of a sum is otherwise that of one run, which is as good as chance.
 */
export function takeBalanced(
  { wanted, aimed, lines, count, take }: RunOfWays,
  means: Float32Array,
  before: number,
  isLast: boolean,
): number {
  const squares = means.reduce((all, mean) => all + mean * mean, 0);
  let [best, least] = [0, Infinity];
  /** The largest move that was too little, and the least that was too much: the further numbers are moved, the less is their sum. */
  let [little, much] = [-Infinity, Infinity];
  let moved = squares > 0 ? before / squares : 0;
  const taken = new Int32Array(count);
  for (let attempt = 0; attempt < (isLast && squares > 0 ? tries : 1); attempt++) {
    for (let place = 0; place < count; place++) {
      const move = moved * (means[place] ?? 0);
      aimed[place] = (wanted[place] ?? 0) - Math.min(Math.max(move, -mostMoved), mostMoved);
    }
    take();
    let sum = before;
    for (let place = 0; place < count; place++)
      sum += (means[place] ?? 0) * ((lines[place] ?? 0) - (wanted[place] ?? 0));
    if (attempt === 0 || Math.abs(sum) < least) {
      [best, least] = [sum, Math.abs(sum)];
      taken.set(lines.subarray(0, count));
    }
    if (sum > 0) little = moved;
    else much = moved;
    const between = (little + much) / 2;
    moved = Number.isFinite(between) ? between : moved + (1.5 * sum) / squares;
  }
  lines.set(taken);
  return best;
}
