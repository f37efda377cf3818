import type { Answers } from '../figures.ts';
import { numbersOf } from '../compare/rows.ts';
import { isPicture, pngOf, shadesOf } from '../inputs/picture.ts';
import type { Values } from '../inputs/tensor.ts';

const mostPoints = 256;
const fewestPoints = 16;

/** Two answers to one item as a person can look at them; nothing where they are neither pictures nor curves. */
export async function answersShown(before: Values, after: Values): Promise<Answers | undefined> {
  const shape = before.shape.slice(before.shape.findIndex((extent) => extent > 1));
  if (String(before.shape) !== String(after.shape)) return undefined;
  const [original, candidate] = [numbersOf(before), numbersOf(after)];
  return isPicture(shape)
    ? pictures(original, candidate, shape)
    : shape.length === 1
      ? curves(original, candidate)
      : undefined;
}

/** Two runs of numbers of the same length as curves; nothing where they are too short to be any. */
export function curves(original: ArrayLike<number>, candidate: ArrayLike<number>): Answers | undefined {
  if (original.length < fewestPoints) return undefined;
  return { kind: 'curve', original: pointsOf(original), candidate: pointsOf(candidate) };
}

/** Both with the shades of the original: stretched each for itself, equal values would look different. */
async function pictures(
  before: ArrayLike<number>,
  after: ArrayLike<number>,
  shape: readonly number[],
): Promise<Answers | undefined> {
  const shades = shadesOf(before);
  const apart = Float64Array.from({ length: before.length }, (_, at) => Math.abs((after[at] ?? 0) - (before[at] ?? 0)));
  const [, farthest] = shadesOf(apart);
  if (!(farthest > 0 && farthest < Infinity)) return undefined;
  const [original, candidate, difference] = await Promise.all([
    pngOf(before, shape, shades),
    pngOf(after, shape, shades),
    pngOf(apart, shape, [0, farthest]),
  ]);
  if (original === undefined || candidate === undefined || difference === undefined) return undefined;
  return { kind: 'image', original, candidate, difference, times: (shades[1] - shades[0]) / farthest };
}

/** At most so many, each the mean of a run. */
function pointsOf(numbers: ArrayLike<number>): readonly number[] {
  const run = Math.ceil(numbers.length / mostPoints);
  return Array.from({ length: Math.ceil(numbers.length / run) }, (_, point) => {
    const end = Math.min(numbers.length, (point + 1) * run);
    let sum = 0;
    for (let at = point * run; at < end; at++) sum += numbers[at] ?? 0;
    return Number((sum / (end - point * run)).toPrecision(4));
  });
}
