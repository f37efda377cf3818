import { pieces, type FloatTensor } from './float-tensor.ts';

/** From here on BF16 rounds to an infinity. The lowest number of single precision, of which masks are made, is beyond. */
export const bfloatEnd = (2 - 2 ** -8) * 2 ** 127;

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
  /** ‖W − F16(W)‖ / ‖W‖ of the values that do not overflow. */
  readonly halfError: number;
}

/** Reads a tensor once. */
export async function statisticsOf(tensor: FloatTensor, signal: AbortSignal): Promise<TensorStatistics> {
  let [notFinite, largest, overflows, squares, errorSquares] = [0, 0, 0, 0, 0];
  let constant: number | undefined;
  let isConstant = true;
  for await (const { values } of pieces(tensor, signal))
    for (const value of values) {
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
      const half = Math.f16round(value);
      if (half - half === 0) {
        squares += value * value;
        errorSquares += (value - half) ** 2;
      } else overflows += 1;
    }
  const halfError = errorSquares === 0 ? 0 : Math.sqrt(errorSquares / squares);
  return { notFinite, largest, constant: isConstant ? constant : undefined, overflows, halfError };
}
