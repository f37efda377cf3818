import { confidence } from '../../statistics/sample.ts';
import { studentQuantile } from '../../statistics/student.ts';
import type { EqualSize, Tried } from '../report.ts';

/** Nearer to the goal than this factor sizes and distances follow one line, whose slope is that of all. */
const nearFactor = 2;
/** What differs by more than this from what a bit is known to do is luck, or ends soon. */
const mostSlopes = 3;

/**
 * How much nearer the logarithm of a distance comes with each byte: a bit more for each weight makes a quarter of it, by rule; as
 * `found`, where that is not far off, and not beyond.
 */
export function slopeNear(found: number, weights: number): number {
  const rule = -(8 * Math.log(4)) / weights;
  return found < 0 ? Math.max(rule * mostSlopes, Math.min(rule / mostSlopes, found)) : rule;
}

export function isNear({ distance }: Tried, goal: number): boolean {
  return Math.abs(logOf(distance) - logOf(goal)) <= Math.log(nearFactor);
}

/**
 * The sizes at which changed fits would be as good as the whole, from what was tried of each, and how far luck may have moved them:
 * rounding anew moves distances up and down, so whatever lies off the lines, whose slope is that of all together, tells how much. The
 * first of `whole` is what all are compared with. Nothing of a change none of whose distances is near.
 */
export function equalSizes(
  whole: readonly [Tried, ...Tried[]],
  changes: readonly (readonly Tried[])[],
  weights: number,
): readonly (EqualSize | undefined)[] {
  const [{ bytes: at, distance: goal }] = whole;
  const near = [whole, ...changes].map((tried) => tried.filter((one) => isNear(one, goal)));
  // The same archives by another name tell nothing more.
  const unlike = new Map(near.map((tried) => [JSON.stringify(tried), tried]));
  const { slope, spread } = lineOf([...unlike.values()], weights);
  const wholes = near[0] ?? [];
  const level = meanOf(wholes.map(({ bytes, distance }) => logOf(distance) - slope * (bytes - at)));
  return near.slice(1).map((tried) => {
    if (tried.length === 0) return undefined;
    const bytes = meanOf(tried.map((one) => one.bytes + (level - logOf(one.distance)) / slope));
    const half = (spread / -slope) * Math.sqrt(1 / tried.length + 1 / wholes.length);
    const interval = Number.isFinite(half) ? { low: Math.round(bytes - half), high: Math.round(bytes + half) } : null;
    return { bytes: Math.round(bytes), interval };
  });
}

/** The slope that all groups have in common, and how far from its line one distance may be; infinite where that is unknown. */
function lineOf(groups: readonly (readonly Tried[])[], weights: number): { slope: number; spread: number } {
  const points = groups.flatMap((tried) => {
    const [x, y] = [meanOf(tried.map(({ bytes }) => bytes)), meanOf(tried.map(({ distance }) => logOf(distance)))];
    return tried.map(({ bytes, distance }) => ({ x: bytes - x, y: logOf(distance) - y }));
  });
  const sum = (of: (point: (typeof points)[number]) => number): number =>
    points.reduce((total, point) => total + of(point), 0);
  const free = points.length - groups.filter(({ length }) => length > 0).length;
  const found = sum(({ x, y }) => x * y) / sum(({ x }) => x * x);
  const slope = slopeNear(free > 1 ? found : NaN, weights);
  const freedom = free - (slope === found ? 1 : 0);
  if (freedom < 1) return { slope, spread: Infinity };
  const variance = sum(({ x, y }) => (y - slope * x) ** 2) / freedom;
  return { slope, spread: studentQuantile((1 + confidence) / 2, freedom) * Math.sqrt(variance) };
}

function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}

function logOf(distance: number): number {
  return Math.log(Math.max(distance, 1e-30));
}
