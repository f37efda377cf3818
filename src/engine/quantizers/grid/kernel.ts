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
 * Makes the errors of a run of codes on lines `step` apart sum up to less than half a step, by giving some of those that were
 * rounded furthest in the direction of the sum the line on the other side: none moves by more than a step in all. What a
 * layer adds up is then right on average wherever its inputs have a mean.
 */
export function balanceErrors(values: Float32Array, start: number, end: number, step: number, codes: Int32Array): void {
  if (!(step > 0)) return;
  const perUnit = 1 / step;
  const count = end - start;
  let sum = 0;
  for (let place = start; place < end; place++) sum += (codes[place] ?? 0) - (values[place] ?? 0) * perUnit;
  const surplus = Math.min(Math.abs(Math.round(sum)), count >> 1);
  if (surplus === 0) return;
  const direction = sum > 0 ? 1 : -1;
  let candidates: readonly Rounded[] = [];
  // Errors are spread about evenly, so twice as wide an edge as needed on average nearly always has enough.
  for (let edge = (2 * surplus) / count; ; edge *= 2) {
    const least = Math.max(0, 0.5 - edge);
    candidates = roundedBeyond(least, values, start, end, perUnit, direction, codes);
    if (candidates.length >= surplus || least === 0) break;
  }
  const ordered = candidates.toSorted((one, other) => other.error - one.error || one.place - other.place);
  for (const { place } of ordered.slice(0, surplus)) codes[place] = (codes[place] ?? 0) - direction;
}

interface Rounded {
  readonly place: number;
  /** How far the code is beyond its number in the direction that is asked for, in steps. */
  readonly error: number;
}

function roundedBeyond(
  least: number,
  values: Float32Array,
  start: number,
  end: number,
  perUnit: number,
  direction: number,
  codes: Int32Array,
): readonly Rounded[] {
  const found: Rounded[] = [];
  for (let place = start; place < end; place++) {
    const error = direction * ((codes[place] ?? 0) - (values[place] ?? 0) * perUnit);
    if (error > least) found.push({ place, error });
  }
  return found;
}
