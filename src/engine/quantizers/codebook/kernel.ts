/** About how many bins the numbers are sorted into before the best codebook for the bins is found. */
const binGoal = 1024;

interface Bins {
  readonly count: number;
  /** Sums over the bins before each: of weights, of weighted numbers, and of weighted squares. */
  readonly weights: Float64Array;
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

/**
 * The at most `size` values, ascending, of which replacing each number by the nearest loses least (weighted squares): exact
 * for bins that are narrow where numbers are many and where they are few.
 */
export function optimalCodebook(numbers: Float32Array, weights: Float32Array, size: number): Float32Array {
  const bins = binsOf(numbers, weights);
  if (bins.count === 0) return Float32Array.of(0);
  const starts = optimalCuts(bins, Math.min(size, bins.count));
  return Float32Array.from(starts, (start, place) => {
    const end = starts[place + 1] ?? bins.count;
    const weight = (bins.weights[end] ?? 0) - (bins.weights[start] ?? 0);
    return weight > 0 ? ((bins.sums[end] ?? 0) - (bins.sums[start] ?? 0)) / weight : 0;
  }).sort();
}

function binsOf(numbers: Float32Array, weights: Float32Array): Bins {
  const order = Uint32Array.from(numbers.keys()).sort((one, other) => (numbers[one] ?? 0) - (numbers[other] ?? 0));
  const least = numbers[order[0] ?? 0] ?? 0;
  const range = (numbers[order.at(-1) ?? 0] ?? 0) - least;
  const sums: number[][] = [[0, 0, 0]];
  let [weight, sum, square, taken] = [0, 0, 0, 0];
  let first = least;
  const close = (): void => {
    const [allWeights = 0, allSums = 0, allSquares = 0] = sums.at(-1) ?? [];
    sums.push([allWeights + weight, allSums + sum, allSquares + square]);
    [weight, sum, square, taken] = [0, 0, 0, 0];
  };
  for (const at of order) {
    const number = numbers[at] ?? 0;
    const isFull = (taken / numbers.length) * binGoal + ((number - first) / range) * binGoal >= 1;
    if (taken > 0 && isFull && number !== first) close();
    if (taken === 0) first = number;
    const share = weights[at] ?? 1;
    weight += share;
    sum += share * number;
    square += share * number * number;
    taken++;
  }
  if (taken > 0) close();
  return {
    count: sums.length - 1,
    weights: Float64Array.from(sums, ([value = 0]) => value),
    sums: Float64Array.from(sums, ([, value = 0]) => value),
    squares: Float64Array.from(sums, ([, , value = 0]) => value),
  };
}

/** Where each of `size` intervals of bins begins, for the least sum of what the intervals lose. */
function optimalCuts({ count, weights, sums, squares }: Bins, size: number): number[] {
  const loss = (start: number, end: number): number => {
    const weight = (weights[end] ?? 0) - (weights[start] ?? 0);
    const sum = (sums[end] ?? 0) - (sums[start] ?? 0);
    return weight > 0 ? Math.max(0, (squares[end] ?? 0) - (squares[start] ?? 0) - (sum * sum) / weight) : 0;
  };
  let best = Float64Array.from({ length: count + 1 }, (_, end) => loss(0, end));
  const cuts: Uint16Array[] = [new Uint16Array(count + 1)];
  for (let intervals = 2; intervals <= size; intervals++) {
    const next = new Float64Array(count + 1);
    const cut = new Uint16Array(count + 1);
    const before = best;
    // The best cut never moves back while the end moves on, so halving finds all of them.
    const solve = (low: number, high: number, from: number, to: number): void => {
      if (low > high) return;
      const end = (low + high) >> 1;
      let [least, at] = [Infinity, from];
      for (let start = Math.max(from, intervals - 1); start <= Math.min(to, end - 1); start++) {
        const total = (before[start] ?? 0) + loss(start, end);
        if (total < least) [least, at] = [total, start];
      }
      next[end] = least;
      cut[end] = at;
      solve(low, end - 1, from, at);
      solve(end + 1, high, at, to);
    };
    solve(intervals, count, intervals - 1, count - 1);
    best = next;
    cuts.push(cut);
  }
  const starts: number[] = [];
  let end = count;
  for (let intervals = size; intervals >= 1; intervals--) {
    end = cuts[intervals - 1]?.[end] ?? 0;
    starts.unshift(end);
  }
  return starts;
}

/** A codebook, ascending, with what its places cost in squared numbers, and where they take over from one another. */
export interface Book {
  readonly values: Float32Array;
  readonly prices: Float64Array;
  readonly borders: Float32Array;
}

/** Borders halfway between neighbours, or nearer to the one that costs more; of values that are told twice the last is taken. */
export function withBorders(values: Float32Array, prices: Float64Array): Book {
  const borders = new Float32Array(Math.max(0, values.length - 1));
  for (let place = 0; place < borders.length; place++) {
    const [before, after] = [values[place] ?? 0, values[place + 1] ?? 0];
    const moved = ((prices[place + 1] ?? 0) - (prices[place] ?? 0)) / (2 * (after - before));
    borders[place] =
      after > before
        ? Math.min(after, Math.max(before, after / 2 + before / 2 + moved))
        : (borders[place - 1] ?? -Infinity);
  }
  return { values, prices, borders };
}

/**
 * The places of the values for `values[start..end)` × `factor` that cost least; returns the sum of squares that they lose, and of
 * their prices.
 */
export function toPlaces(
  values: Float32Array,
  start: number,
  end: number,
  factor: number,
  { values: codebook, prices, borders }: Book,
  places: Uint8Array,
): number {
  let loss = 0;
  for (let at = start; at < end; at++) {
    const value = (values[at] ?? 0) * factor;
    let [low, high] = [0, borders.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value >= (borders[middle] ?? 0)) low = middle + 1;
      else high = middle;
    }
    places[at] = low;
    const error = value - (codebook[low] ?? 0);
    loss += error * error + (prices[low] ?? 0);
  }
  return loss;
}

/** Rounds of pricing places by how often they are taken, and moving values to the middle of what takes them. */
const pricedRounds = 24;
/** The share of numbers that may lie beyond either end of even values. */
const beyondEnds = 1e-4;

/**
 * A codebook of at most `size` values whose places cost what their entropy coded lengths are worth: `rate` 1 trades lengths and
 * squares evenly, as they are for values that are evenly apart. Found from such and from {@link optimalCodebook}, whichever comes
 * to less; values that nothing takes are left out.
 */
export function pricedCodebook(numbers: Float32Array, weights: Float32Array, size: number, rate: number): Book {
  const free = optimalCodebook(numbers, weights, size);
  const sorted = numbers.slice().sort();
  const end = Math.floor(beyondEnds * sorted.length);
  const [least, most] = [sorted[end] ?? 0, sorted[sorted.length - 1 - end] ?? 0];
  const gap = (most - least) / Math.max(1, size - 1);
  if (rate === 0 || gap === 0) return withBorders(free, new Float64Array(free.length));
  const even = Float32Array.from({ length: size }, (_, place) => least + place * gap);
  const perBit = (rate * Math.LN2 * gap * gap) / 6;
  const [one, other] = [even, free].map((values) => settle(numbers, weights, values, perBit));
  return one && other && one.cost < other.cost ? one.book : (other?.book ?? withBorders(free, new Float64Array(size)));
}

/** Prices places and moves values by turns; what numbers lose and cost then. */
function settle(
  numbers: Float32Array,
  weights: Float32Array,
  values: Float32Array,
  perBit: number,
): { readonly book: Book; readonly cost: number } {
  const count = numbers.length;
  const places = new Uint8Array(count);
  let book = withBorders(values, new Float64Array(values.length));
  let cost = toPlaces(numbers, 0, count, 1, book, places);
  for (let round = 0; round < pricedRounds; round++) {
    const taken = takenOf(numbers, weights, places, book.values.length);
    book = withBorders(
      Float32Array.from(taken, ({ sum, weight }) => sum / weight),
      Float64Array.from(taken, ({ many }) => perBit * Math.log2(count / many)),
    );
    cost = toPlaces(numbers, 0, count, 1, book, places);
  }
  return { book, cost };
}

/** How many numbers each place has, by weight and by number, and their weighted sum; of such as have any. */
function takenOf(numbers: Float32Array, weights: Float32Array, places: Uint8Array, size: number) {
  const all = Array.from({ length: size }, () => ({ many: 0, weight: 0, sum: 0 }));
  for (let at = 0; at < numbers.length; at++) {
    const one = all[places[at] ?? 0];
    if (!one) continue;
    const weight = weights[at] ?? 1;
    one.many++;
    one.weight += weight;
    one.sum += weight * (numbers[at] ?? 0);
  }
  return all.filter(({ weight }) => weight > 0);
}
