import type { Interval } from '../figures.ts';
import { confidence } from './sample.ts';
import { studentQuantile } from './student.ts';

const z = studentQuantile(1 - (1 - confidence) / 2, Infinity);
/** Each halves what is left: more than a double can tell. */
const halvings = 60;

/** The interval of a share, by Agresti and Coull (1998). */
export function shareInterval(successes: number, trials: number): Interval {
  const adjustedTrials = trials + z * z;
  const centre = (successes + (z * z) / 2) / adjustedTrials;
  const half = z * Math.sqrt((centre * (1 - centre)) / adjustedTrials);
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half), method: 'adjusted' };
}

/**
 * The interval of the difference of two shares of the same units, of which `gained` are right only afterwards and `lost` only
 * before: the differences that the score test of Tango (1998) does not refuse. Where none changed it still has a width.
 */
export function flipInterval(gained: number, lost: number, units: number): Interval {
  const point = (gained - lost) / units;
  const score = (difference: number): number => {
    const linear = (2 * units - gained + lost) * difference - gained - lost;
    const constant = -lost * difference * (1 - difference);
    const lossRate = (Math.sqrt(Math.max(0, linear * linear - 8 * units * constant)) - linear) / (4 * units);
    const variance = units * (2 * lossRate + difference * (1 - difference));
    return (gained - lost - units * difference) / Math.sqrt(Math.max(Number.MIN_VALUE, variance));
  };
  /** The score falls with the difference. */
  const where = (wanted: number, from: number, to: number): number => {
    let [low, high] = [from, to];
    for (let step = 0; step < halvings; step++) {
      const middle = (low + high) / 2;
      if (score(middle) > wanted) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  };
  return { low: where(z, -1, point), high: where(-z, point, 1), method: 'score' };
}
