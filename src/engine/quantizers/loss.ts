/** Sums over the numbers of a tensor before and after; those of pieces add up. Plain data. */
export interface LossSums {
  readonly count: number;
  /** Sums of (after − before)², before², after² and before × after. */
  readonly errorSquares: number;
  readonly squares: number;
  readonly restoredSquares: number;
  readonly products: number;
  /** The largest |after − before|. */
  readonly mostError: number;
  /** Numbers that are zero after. */
  readonly zeros: number;
}

/** What approximating did to a tensor. */
export interface TensorLoss {
  /** ‖after − before‖ / ‖before‖. */
  readonly relativeL2: number;
  /** The largest |after − before|. */
  readonly mostError: number;
  /** Signal-to-noise ratio in decibels; absent where nothing was lost, or nothing was there. */
  readonly sqnr?: number;
  /** Cosine of the angle between before and after; 1 for a tensor of zeros that stays one. */
  readonly cosine: number;
  /** Share of zeros after, 0 to 1. */
  readonly zeros: number;
}

export const noLoss: LossSums = {
  count: 0,
  errorSquares: 0,
  squares: 0,
  restoredSquares: 0,
  products: 0,
  mostError: 0,
  zeros: 0,
};

/** Compares numbers with what they became. */
export function measureLoss(before: Float32Array, after: Float32Array): LossSums {
  let [errorSquares, squares, restoredSquares, products, mostError, zeros] = [0, 0, 0, 0, 0, 0];
  for (let place = 0; place < before.length; place++) {
    const [from, to] = [before[place] ?? 0, after[place] ?? 0];
    const error = Math.abs(to - from);
    errorSquares += error * error;
    squares += from * from;
    restoredSquares += to * to;
    products += from * to;
    if (error > mostError) mostError = error;
    if (to === 0) zeros++;
  }
  return { count: before.length, errorSquares, squares, restoredSquares, products, mostError, zeros };
}

export function addLoss(one: LossSums, other: LossSums): LossSums {
  return {
    count: one.count + other.count,
    errorSquares: one.errorSquares + other.errorSquares,
    squares: one.squares + other.squares,
    restoredSquares: one.restoredSquares + other.restoredSquares,
    products: one.products + other.products,
    mostError: Math.max(one.mostError, other.mostError),
    zeros: one.zeros + other.zeros,
  };
}

/** What the sums of a whole tensor mean. */
export function lossOf({
  count,
  errorSquares,
  squares,
  restoredSquares,
  products,
  mostError,
  zeros,
}: LossSums): TensorLoss {
  const lengths = Math.sqrt(squares) * Math.sqrt(restoredSquares);
  return {
    relativeL2: squares > 0 ? Math.sqrt(errorSquares / squares) : errorSquares > 0 ? 1 : 0,
    mostError,
    ...(errorSquares > 0 && squares > 0 && { sqnr: 10 * Math.log10(squares / errorSquares) }),
    cosine: lengths > 0 ? Math.min(1, products / lengths) : squares === restoredSquares ? 1 : 0,
    zeros: count > 0 ? zeros / count : 0,
  };
}
