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
  let [sum, squares] = [0, 0];
  for (let place = start; place < end; place++) {
    const mean = means ? (means[place - start] ?? 0) : 1;
    sum += mean * ((codes[place] ?? 0) - (values[place] ?? 0) * perUnit);
    squares += mean * mean;
  }
  if (squares === 0) return;
  const direction = sum > 0 ? 1 : -1;
  let left = Math.abs(sum);
  // Errors are spread about evenly, so twice the price that is enough on average nearly always is.
  for (let price = (4 * left) / squares; left > 0; price *= 2) {
    const moves = movesUpTo(price, { values, start, end, perUnit, codes, means, direction });
    if (moves.gain < left && price < Infinity && !moves.isAll) continue;
    for (const { place, gain, to } of moves.ordered) {
      // A move that would overshoot by more than it brings is passed over.
      if (gain >= 2 * left) continue;
      codes[place] = to;
      left -= gain;
      if (left <= 0) return;
    }
    return;
  }
}

interface Move {
  readonly place: number;
  /** The code on the other side. */
  readonly to: number;
  /** By how much the sum of errors becomes smaller, and the squared error larger for each of that. */
  readonly gain: number;
  readonly price: number;
}

function movesUpTo(
  most: number,
  {
    values,
    start,
    end,
    perUnit,
    codes,
    means,
    direction,
  }: {
    readonly values: Float32Array;
    readonly start: number;
    readonly end: number;
    readonly perUnit: number;
    readonly codes: Int32Array;
    readonly means: Float32Array | undefined;
    readonly direction: number;
  },
): { readonly ordered: readonly Move[]; readonly gain: number; readonly isAll: boolean } {
  const found: Move[] = [];
  let [gains, isAll] = [0, true];
  for (let place = start; place < end; place++) {
    const mean = (means ? (means[place - start] ?? 0) : 1) * direction;
    const code = codes[place] ?? 0;
    const error = code - (values[place] ?? 0) * perUnit;
    const gain = Math.abs(mean);
    if (error * mean <= 0) continue;
    const cost = 1 - 2 * Math.abs(error);
    if (cost > most * gain) {
      isAll = false;
      continue;
    }
    found.push({ place, to: error > 0 ? code - 1 : code + 1, gain, price: cost / gain });
    gains += gain;
  }
  const ordered = found.sort((one, other) => one.price - other.price || one.place - other.place);
  return { ordered, gain: gains, isAll };
}
