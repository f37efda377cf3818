/**
 * The numbers of the grid lines nearest to `values[start..end)`, for lines `steps[first]` apart; with `isEach` the next value
 * has the next step. A step of 0 makes zeros.
 */
export function toGrid(
  values: Float32Array,
  start: number,
  end: number,
  steps: Float32Array,
  first: number,
  codes: Int32Array,
  isEach: boolean,
): void {
  const step = steps[first] ?? 0;
  const perUnit = step > 0 ? 1 / step : 0;
  if (!isEach) {
    for (let place = start; place < end; place++) codes[place] = Math.floor((values[place] ?? 0) * perUnit + 0.5);
    return;
  }
  for (let place = start; place < end; place++) {
    const own = steps[first + place - start] ?? 0;
    codes[place] = own > 0 ? Math.floor((values[place] ?? 0) / own + 0.5) : 0;
  }
}

/** Makes zeros of the codes of values that are less than `border` steps, at most one, from zero; steps as in {@link toGrid}. */
export function widenZero(
  values: Float32Array,
  start: number,
  end: number,
  steps: Float32Array,
  first: number,
  codes: Int32Array,
  isEach: boolean,
  border: number,
): void {
  for (let place = start; place < end; place++) {
    const step = steps[isEach ? first + place - start : first] ?? 0;
    if (Math.abs(values[place] ?? 0) < border * step) codes[place] = 0;
  }
}

/** The inverse: products in double precision, rounded to single. */
export function fromGrid(
  codes: Int32Array,
  start: number,
  end: number,
  steps: Float32Array,
  first: number,
  values: Float32Array,
  isEach: boolean,
): void {
  const step = steps[first] ?? 0;
  if (!isEach) for (let place = start; place < end; place++) values[place] = (codes[place] ?? 0) * step;
  else
    for (let place = start; place < end; place++)
      values[place] = (codes[place] ?? 0) * (steps[first + place - start] ?? 0);
}

/**
 * Makes the errors of a run of codes on lines `step` apart, times `means` of what each is multiplied with (1 where none are
 * told), sum up to about nothing, by giving some of those that were rounded far in the direction of the sum the line on the
 * other side: none moves by more than a step in all. What a layer adds up is then right on average.
 */
export function balanceErrors(
  values: Float32Array,
  start: number,
  end: number,
  step: number,
  codes: Int32Array,
  means?: Float32Array,
): void {
  if (!(step > 0)) return;
  const perUnit = 1 / step;
  const weights = means ?? onesOf(end - start);
  let sum = 0;
  let squares = 0;
  for (let place = start; place < end; place++) {
    const weight = weights[place - start] ?? 0;
    sum += weight * ((codes[place] ?? 0) - (values[place] ?? 0) * perUnit);
    squares += weight * weight;
  }
  let left = Math.abs(sum);
  if (left === 0 || squares === 0) return;
  const direction = sum > 0 ? 1 : -1;
  let moves: Move[] = [];
  // Errors are spread about evenly, so twice the price that is enough on average nearly always is.
  for (let round = 0; round < mostRounds; round++) {
    moves = movesUpTo(((4 * left) / squares) * 2 ** round, values, start, end, perUnit, codes, weights, direction);
    if (moves.reduce((all, { gain }) => all + gain, 0) >= left) break;
  }
  moves.sort((one, other) => one.price - other.price || one.place - other.place);
  for (const { place, gain, side } of moves) {
    // A move that would overshoot by more than it brings is passed over.
    if (gain >= 2 * left) continue;
    codes[place] = (codes[place] ?? 0) - side;
    left -= gain;
    if (left <= 0) return;
  }
}

/** Doublings of the price, after which what was found must do. */
const mostRounds = 10;

let ones = new Float32Array(4096).fill(1);

function onesOf(count: number): Float32Array {
  if (ones.length < count) ones = new Float32Array(count).fill(1);
  return ones;
}

interface Move {
  readonly place: number;
  /** The side on which the code is of its number: 1 above, −1 below. */
  readonly side: number;
  /** By how much the sum of errors becomes smaller, and the squared error larger for each of that. */
  readonly gain: number;
  readonly price: number;
}

/** The moves to the line on the other side that make the sum smaller at a price up to `most`. */
function movesUpTo(
  most: number,
  values: Float32Array,
  start: number,
  end: number,
  perUnit: number,
  codes: Int32Array,
  weights: Float32Array,
  direction: number,
): Move[] {
  const found: Move[] = [];
  for (let place = start; place < end; place++) {
    const weight = (weights[place - start] ?? 0) * direction;
    const error = (codes[place] ?? 0) - (values[place] ?? 0) * perUnit;
    const gain = Math.abs(weight);
    const side = weight < 0 ? -1 : 1;
    const reach = side * error;
    if (reach <= Math.max(0, 0.5 - (most / 2) * gain)) continue;
    found.push({ place, side, gain, price: (1 - 2 * reach) / gain });
  }
  return found;
}
