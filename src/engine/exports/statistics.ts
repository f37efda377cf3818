import { pieces, type FloatTensor } from './float-tensor.ts';

/** From here on BF16 rounds to an infinity. The lowest number of single precision, of which masks are made, is beyond. */
export const bfloatEnd = (2 - 2 ** -8) * 2 ** 127;

/** From here on F16 rounds to an infinity. */
const halfEnd = 65_520;
/** Below this F16 has fewer bits. */
const leastNormalHalf = 2 ** -14;

/** What must be known of a tensor before its form is chosen. */
export interface TensorStatistics {
  /** Infinities and NaN among the values. */
  readonly notFinite: number;
  /** Largest absolute finite value. */
  readonly largest: number;
  /** The one value besides zero, where there is just one. */
  readonly constant: number | undefined;
  /** Values that F16 turns into infinities. */
  readonly overflows: number;
  /** ‖W − F16(W)‖ / ‖W‖ of the values that do not overflow, where what is lost of values in its normal range does not count. */
  readonly halfError: number;
}

/** Sums over the values that were looked at so far. */
interface Sums {
  notFinite: number;
  largest: number;
  overflows: number;
  squares: number;
  errorSquares: number;
  constant: number | undefined;
  isConstant: boolean;
}

/** Reads a tensor once. */
export async function statisticsOf(tensor: FloatTensor, signal: AbortSignal): Promise<TensorStatistics> {
  const counts = { notFinite: 0, largest: 0, overflows: 0, squares: 0, errorSquares: 0 };
  const sums: Sums = { ...counts, constant: undefined, isConstant: true };
  for await (const { values } of pieces(tensor, signal)) add(values, sums);
  const { notFinite, largest, overflows, squares, errorSquares, constant, isConstant } = sums;
  const halfError = errorSquares === 0 ? 0 : Math.sqrt(errorSquares / squares);
  return { notFinite, largest, constant: isConstant ? constant : undefined, overflows, halfError };
}

/** The loop has a function of its own, since variables of asynchronous ones are slow. */
function add(values: Float32Array, sums: Sums): void {
  let { notFinite, largest, overflows, squares, errorSquares, constant, isConstant } = sums;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? 0;
    const size = Math.abs(value);
    if (!(size < Infinity)) {
      notFinite += 1;
      continue;
    }
    if (size > largest) largest = size;
    if (isConstant && value !== 0) {
      constant ??= value;
      isConstant = value === constant;
    }
    if (size >= halfEnd) {
      overflows += 1;
      continue;
    }
    squares += value * value;
    if (size < leastNormalHalf) errorSquares += (value - Math.f16round(value)) ** 2;
  }
  Object.assign(sums, { notFinite, largest, overflows, squares, errorSquares, constant, isConstant });
}
