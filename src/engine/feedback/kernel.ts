/** Rows of a matrix that are swept at once. */
export const lanes = 16;
/** Samples that are accumulated at once. */
export const samplesAtOnce = 8;

/**
 * The loops of error feedback. Matrices are row by row; `stride` is a row's length, a multiple of 4 with zeros behind what
 * counts.
 */
export interface FeedbackKernel {
  /**
   * Adds x·xᵀ of `count` samples (a multiple of {@link samplesAtOnce}) to `sums`, stride × stride numbers of which those on
   * and right of the diagonal count.
   */
  accumulate(samples: Float32Array, count: number, stride: number, sums: Float32Array): void;
  /**
   * Adds x·yᵀ of `count` pairs of samples (a multiple of {@link samplesAtOnce}) to `sums`, all stride × stride numbers of them.
   */
  accumulateProducts(left: Float32Array, right: Float32Array, count: number, stride: number, sums: Float32Array): void;
  /**
   * Makes of the upper half of a symmetric matrix its Cholesky factor R, matrix = Rᵀ·R, in its place. Returns 0, or one more
   * than the row where it proved not to be positive.
   */
  factor(matrix: Float64Array, size: number): number;
  /** Takes from the upper half of a square matrix, `stride` to a row and that even, leftᵀ · right of {@link productsAtOnce} rows each. */
  subtractProducts(matrix: Float64Array, stride: number, left: Float64Array, right: Float64Array): void;
  /**
   * Rounds {@link lanes} rows of `size` weights, lane beside lane, from the last column to the first, each after the errors
   * of those behind it were added in the `shares` of its row. A price above 0 trades (distance / step)² for price × the rate of
   * the code; `codes` are then those that rates are told around. Fills `errors` with weight − code × step.
   */
  sweep(task: SweepTask): void;
  /**
   * Fills `changes` with what must be added to {@link lanes} rows of `size` weights, lane beside lane, for other inputs: weights ·
   * products · (Uᵀ·D·U)⁻¹, where the shares are U and the costs, times their mean, D.
   */
  meet(task: MeetTask): void;
}

export interface MeetTask {
  /** `stride` numbers to a row. */
  readonly products: Float32Array;
  readonly stride: number;
  /** As of a sweep. */
  readonly shares: Float32Array;
  /** Of each column, and what they are relative to. */
  readonly costs: Float32Array;
  readonly meanCost: number;
  readonly size: number;
  /** size × lanes each. */
  readonly weights: Float64Array;
  readonly changes: Float64Array;
}

export interface SweepTask {
  /** size × size; row k holds at i > k what an error of column i adds to the weight of column k. */
  readonly shares: Float32Array;
  readonly size: number;
  /** size × lanes each. */
  readonly weights: Float32Array;
  readonly errors: Float32Array;
  readonly codes: Int32Array;
  /** Of each lane. */
  readonly steps: Float32Array;
  /** Of each column. */
  readonly prices: Float32Array;
  /** What the codes two below to two above the known one, and 0, take: six for each weight. */
  readonly rates: Uint8Array;
  /** What is taken off those for the square of a code, as the weights' distances have it already. */
  readonly curvature: number;
  readonly pruning: SweepPruning;
}

/** Which weights become 0: of each `group` of neighbours half, or with a group of 0 those that cost less than `border` to lose. */
export interface SweepPruning {
  /** What the square of an error of each column costs. */
  readonly costs: Float32Array;
  readonly border: number;
  readonly group: number;
  /** Room for size × lanes. */
  readonly keeps: Uint8Array;
}

/** Rows whose products are taken away together. */
export const productsAtOnce = 8;

/** The loops as TypeScript: what the compiled ones are compared with. */
export const referenceKernel: FeedbackKernel = {
  accumulate(samples, count, stride, sums) {
    for (let sample = 0; sample < count; sample++)
      for (let row = 0; row < stride; row++) {
        const x = samples[sample * stride + row] ?? 0;
        for (let column = row & ~3; column < stride; column++) {
          const at = row * stride + column;
          sums[at] = (sums[at] ?? 0) + Math.fround(x * (samples[sample * stride + column] ?? 0));
        }
      }
  },

  accumulateProducts(left, right, count, stride, sums) {
    for (let sample = 0; sample < count; sample++)
      for (let row = 0; row < stride; row++) {
        const x = left[sample * stride + row] ?? 0;
        for (let column = 0; column < stride; column++) {
          const at = row * stride + column;
          sums[at] = (sums[at] ?? 0) + Math.fround(x * (right[sample * stride + column] ?? 0));
        }
      }
  },

  factor(matrix, size) {
    const at = (row: number, column: number): number => matrix[row * size + column] ?? 0;
    for (let row = 0; row < size; row++) {
      for (let above = 0; above < row; above++) {
        const share = at(above, row);
        for (let column = row; column < size; column++)
          matrix[row * size + column] = at(row, column) - share * at(above, column);
      }
      const square = at(row, row);
      if (!(square > 0)) return row + 1;
      const root = Math.sqrt(square);
      for (let column = row; column < size; column++) matrix[row * size + column] = at(row, column) / root;
    }
    return 0;
  },

  subtractProducts(matrix, stride, left, right) {
    for (let row = 0; row < stride; row++)
      for (let column = row & ~1; column < stride; column++)
        for (let each = 0; each < productsAtOnce * stride; each += stride) {
          const at = row * stride + column;
          matrix[at] = (matrix[at] ?? 0) - (left[each + row] ?? 0) * (right[each + column] ?? 0);
        }
  },

  sweep({ shares, size, weights, errors, codes, steps, prices, rates, curvature, pruning }) {
    const { costs, border, group, keeps } = pruning;
    const least = Math.fround(border);
    for (let column = size - 1; column >= 0; column--) {
      if (group > 0 && (column === size - 1 || column % group === group - 1))
        choose({ shares, size, weights, errors, pruning }, column);
      for (let lane = 0; lane < lanes; lane++) {
        const place = column * lanes + lane;
        let x = weights[place] ?? 0;
        for (let other = column + 1; other < size; other++)
          x = Math.fround(x + Math.fround((shares[column * size + other] ?? 0) * (errors[other * lanes + lane] ?? 0)));
        const step = steps[lane] ?? 1;
        const wanted = Math.fround(x / step);
        const price = prices[column] ?? 0;
        const own = rates.subarray(place * 6);
        const cost = Math.fround(Math.fround(x * x) * (costs[column] ?? 0));
        const isLost = group > 0 ? keeps[place] === 0 : cost < least;
        let code = isLost ? 0 : roundEven(wanted);
        if (price > 0 && !isLost) code = cheapest(wanted, price, codes[place] ?? 0, own, curvature);
        codes[place] = code;
        errors[place] = (weights[place] ?? 0) - Math.fround(code * step);
      }
    }
  },

  meet({ products, stride, shares, costs, meanCost, size, weights, changes }) {
    for (let lane = 0; lane < lanes; lane++) {
      const at = (column: number): number => changes[column * lanes + lane] ?? 0;
      const set = (column: number, value: number): void => void (changes[column * lanes + lane] = value);
      for (let column = 0; column < size; column++) {
        let change = 0;
        for (let other = 0; other < size; other++)
          change -= (products[column * stride + other] ?? 0) * (weights[other * lanes + lane] ?? 0);
        set(column, change);
      }
      for (let row = 0; row < size; row++)
        for (let other = row + 1; other < size; other++)
          set(other, at(other) - (shares[row * size + other] ?? 0) * at(row));
      for (let row = size - 1; row >= 0; row--) {
        let change = at(row) / -((costs[row] ?? 1) * meanCost);
        for (let other = row + 1; other < size; other++) change -= (shares[row * size + other] ?? 0) * at(other);
        set(row, change);
      }
    }
  },
};

/** Notes which half of each lane's weights of a group stay, of those that end with `last`: such as cost most to lose. */
function choose(
  { shares, size, weights, errors, pruning }: Pick<SweepTask, 'shares' | 'size' | 'weights' | 'errors' | 'pruning'>,
  last: number,
): void {
  const { costs, group, keeps } = pruning;
  const first = last - (last % group);
  const columns = Array.from({ length: last - first + 1 }, (_, place) => first + place);
  for (let lane = 0; lane < lanes; lane++) {
    const scores = columns.map((column) => {
      let x = weights[column * lanes + lane] ?? 0;
      for (let other = last + 1; other < size; other++)
        x = Math.fround(x + Math.fround((shares[column * size + other] ?? 0) * (errors[other * lanes + lane] ?? 0)));
      return Math.fround(Math.fround(x * x) * (costs[column] ?? 0));
    });
    const order = columns.map((_, place) => place).sort((one, other) => (scores[other] ?? 0) - (scores[one] ?? 0));
    order.forEach((place, rank) => {
      keeps[(first + place) * lanes + lane] = rank < (columns.length + 1) >> 1 ? 1 : 0;
    });
  }
}

/**
 * The nearest code to what is wanted, or one nearer to 0 that costs less altogether; `rates` are told around `known`. With a
 * curvature the one farther from 0 may cost least.
 */
export function cheapest(wanted: number, price: number, known: number, rates: Uint8Array, curvature = 0): number {
  const cost = (code: number): number => {
    const off = Math.fround(wanted - code);
    const near = Math.min(Math.max(code - known, -2), 2);
    const [place, at] = code === 0 ? [5, 0] : [near + 2, near + known];
    const rate = Math.fround((rates[place] ?? 0) - Math.fround(curvature * at * at));
    return Math.fround(Math.fround(off * off) + Math.fround(price * rate));
  };
  const code = roundEven(wanted);
  const outward = wanted < 0 ? -1 : 1;
  const inner = code === 0 ? [] : [code - outward, 0];
  const outer = curvature > 0 ? [code + outward] : [];
  return [...inner, ...outer].reduce((best, other) => (cost(other) < cost(best) ? other : best), code);
}

/** The nearest whole number, of two the even one. */
function roundEven(value: number): number {
  const low = Math.floor(value);
  const above = value - low;
  if (above !== 0.5) return above < 0.5 ? low : low + 1;
  return low % 2 === 0 ? low : low + 1;
}
