import type { MethodStep } from '../../../engine/pipeline/approximate/recipe.ts';

/** What a tensor costs in bits and does to the output at each of some steps, and by other methods than the grid. */
export interface Curve {
  readonly count: number;
  readonly others?: readonly OtherWay[] | undefined;
  readonly points: readonly { readonly step: number; readonly bits: number; readonly damage: number }[];
}

/** A method of the catalog with the bits of a weight that it takes. */
export interface OtherWay {
  readonly by: MethodStep;
  readonly bits: number;
  readonly damage: number;
}

/** Steps from a fine grid to one that leaves next to nothing, relative to the root mean square. */
const [finest, coarsest, perOctave] = [1 / 128, 4, 6];

export function rootMeanSquare(values: Float32Array): number {
  let squares = 0;
  for (const value of values) squares += value * value;
  return Math.sqrt(squares / Math.max(1, values.length));
}

/** Evaluates bits and damage at steps around a tensor's scale. */
export function curveOf(
  { count, scale }: { readonly count: number; readonly scale: number },
  bitsAt: (step: number) => number,
  damageAt: (step: number) => number,
): Curve {
  const many = Math.ceil(Math.log2(coarsest / finest) * perOctave);
  const points = Array.from({ length: many + 1 }, (_, place) => {
    const step = Math.fround(scale * finest * 2 ** (place / perOctave));
    return { step, bits: bitsAt(step), damage: damageAt(step) };
  });
  return { count, points };
}

/** What is chosen for a tensor. */
export interface Chosen {
  readonly step: number;
  /** About what it will take, and do. */
  readonly bytes: number;
  readonly damage: number;
  /** Present: this method, and no step. */
  readonly by?: MethodStep;
}

/** What makes damage + price × bits least, for each tensor: a step of the grid or another method. */
export function stepsAt(curves: readonly Curve[], price: number): readonly Chosen[] {
  return stepsOfGrid(curves, price).map((chosen, place) => {
    const { count = 0, others = [] } = curves[place] ?? {};
    const cost = ({ damage, bytes }: Chosen): number => damage + price * 8 * bytes;
    return others.reduce((best, { by, bits, damage }) => {
      const other = { step: chosen.step, bytes: (bits * count) / 8, damage, by };
      return cost(other) < cost(best) ? other : best;
    }, chosen);
  });
}

/** The best step of each tensor; between the measured ones it is interpolated. */
function stepsOfGrid(curves: readonly Curve[], price: number): readonly Chosen[] {
  return curves.map(({ count, points }) => {
    const costs = points.map(({ bits, damage }) => damage + price * count * bits);
    let best = 0;
    for (let place = 1; place < costs.length; place++) if ((costs[place] ?? 0) < (costs[best] ?? 0)) best = place;
    const [left, here, right] = [costs[best - 1], costs[best] ?? 0, costs[best + 1]];
    // The lowest point of the parabola through three, so that a small change of the price is a small change of size.
    const bend = left === undefined || right === undefined ? 0 : left - 2 * here + right;
    const shift = bend > 0 ? Math.max(-0.5, Math.min(0.5, ((left ?? 0) - (right ?? 0)) / (2 * bend))) : 0;
    const next = points[best + Math.sign(shift)];
    const point = points[best] ?? { step: 1, bits: 0, damage: 0 };
    const between = (one: number, other: number | undefined): number =>
      other === undefined ? one : one + Math.abs(shift) * (other - one);
    return {
      step: Math.fround(point.step * 2 ** (shift / perOctave)),
      bytes: (between(point.bits, next?.bits) * count) / 8,
      damage: between(point.damage, next?.damage),
    };
  });
}

/** The steps at the one price for which all tensors together come nearest to `bytes`. */
export function fitSteps(curves: readonly Curve[], bytes: number): readonly Chosen[] {
  let [low, high] = [-80, 80];
  const total = (chosen: readonly Chosen[]): number => chosen.reduce((sum, one) => sum + one.bytes, 0);
  for (let round = 0; round < 60; round++) {
    const middle = (low + high) / 2;
    if (total(stepsAt(curves, 2 ** middle)) > bytes) low = middle;
    else high = middle;
  }
  return stepsAt(curves, 2 ** high);
}
