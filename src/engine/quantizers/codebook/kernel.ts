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
export function optimalCodebook(numbers: Float32Array, weights: Float32Array | undefined, size: number): Float32Array {
  const bins = binsOf(numbers, weights);
  if (bins.count === 0) return Float32Array.of(0);
  const starts = optimalCuts(bins, Math.min(size, bins.count));
  return Float32Array.from(starts, (start, place) => {
    const end = starts[place + 1] ?? bins.count;
    const weight = (bins.weights[end] ?? 0) - (bins.weights[start] ?? 0);
    return weight > 0 ? ((bins.sums[end] ?? 0) - (bins.sums[start] ?? 0)) / weight : 0;
  }).sort();
}

function binsOf(numbers: Float32Array, weights: Float32Array | undefined): Bins {
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
    const share = weights?.[at] ?? 1;
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

/** Halfway between neighbours of an ascending codebook. */
export function bordersOf(codebook: Float32Array): Float32Array {
  return codebook.subarray(1).map((value, place) => value / 2 + (codebook[place] ?? 0) / 2);
}

/** The places of the nearest values for `values[start..end)` × `factor`; returns the sum of squares that they lose. */
export function toPlaces(
  values: Float32Array,
  start: number,
  end: number,
  factor: number,
  codebook: Float32Array,
  borders: Float32Array,
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
    loss += error * error;
  }
  return loss;
}
