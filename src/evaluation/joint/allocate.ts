import { codeBits } from './round.ts';

/** What a tensor costs in bytes and damage at each of some steps. */
export interface Curve {
  readonly count: number;
  readonly points: readonly { readonly step: number; readonly bits: number; readonly error: number }[];
}

/** Steps from a fine grid to one that leaves next to nothing, relative to the root mean square. */
const [finest, coarsest, perOctave] = [1 / 128, 4, 6];
const sampleCount = 32_768;

export function rootMeanSquare(values: Float32Array): number {
  let squares = 0;
  for (const value of values) squares += value * value;
  return Math.sqrt(squares / Math.max(1, values.length));
}

/** Measures rounding, without feedback, on a sample that is spread over the tensor. */
export function curveOf(values: Float32Array): Curve {
  const stride = Math.max(1, values.length / sampleCount);
  const sample = Float32Array.from(
    { length: Math.min(values.length, sampleCount) },
    (_, place) => values[Math.floor((place + ((place * 0.618033988749895) % 1) * (1 - 1 / stride)) * stride)] ?? 0,
  );
  const scale = rootMeanSquare(values);
  const many = Math.ceil(Math.log2(coarsest / finest) * perOctave);
  const points = Array.from({ length: many + 1 }, (_, place) => {
    const step = Math.fround(scale * finest * 2 ** (place / perOctave));
    return { step, bits: codeBits(sample, step).mean, error: meanError(sample, step) };
  });
  return { count: values.length, points };
}

/** Mean square of what rounding changes. */
export function meanError(values: Float32Array, step: number): number {
  let sum = 0;
  for (const value of values) sum += (value - Math.round(value / step) * step) ** 2;
  return sum / Math.max(1, values.length);
}

/**
 * The step of each tensor that makes damage + price × bits least, where `weights` tell the damage of a unit of mean square
 * error; between the measured steps the best is interpolated.
 */
export function stepsAt(curves: readonly Curve[], weights: readonly number[], price: number): readonly Chosen[] {
  return curves.map(({ count, points }, tensor) => {
    const weight = weights[tensor] ?? 0;
    const costs = points.map(({ bits, error }) => weight * error + price * count * bits);
    let best = 0;
    for (let place = 1; place < costs.length; place++) if ((costs[place] ?? 0) < (costs[best] ?? 0)) best = place;
    const [left, here, right] = [costs[best - 1], costs[best] ?? 0, costs[best + 1]];
    // The lowest point of the parabola through three, so that a small change of the price is a small change of size.
    const bend = left === undefined || right === undefined ? 0 : left - 2 * here + right;
    const shift = bend > 0 ? Math.max(-0.5, Math.min(0.5, ((left ?? 0) - (right ?? 0)) / (2 * bend))) : 0;
    const next = points[best + Math.sign(shift)];
    const point = points[best] ?? { step: 1, bits: 0, error: 0 };
    const share = Math.abs(shift);
    const bits = next ? point.bits + share * (next.bits - point.bits) : point.bits;
    const error = next ? point.error + share * (next.error - point.error) : point.error;
    return {
      step: Math.fround(point.step * 2 ** (shift / perOctave)),
      bytes: (bits * count) / 8,
      damage: weight * error,
    };
  });
}

export interface Chosen {
  readonly step: number;
  /** About what it will take, and do. */
  readonly bytes: number;
  readonly damage: number;
}

/** The steps at the one price for which all tensors together come nearest to `bytes`. */
export function fitSteps(curves: readonly Curve[], weights: readonly number[], bytes: number): readonly Chosen[] {
  let [low, high] = [-80, 80];
  const total = (chosen: readonly Chosen[]): number => chosen.reduce((sum, one) => sum + one.bytes, 0);
  for (let round = 0; round < 60; round++) {
    const middle = (low + high) / 2;
    if (total(stepsAt(curves, weights, 2 ** middle)) > bytes) low = middle;
    else high = middle;
  }
  return stepsAt(curves, weights, 2 ** high);
}
