import { describe, expect, test } from 'vitest';
import { flipInterval } from '../../../src/evaluation/statistics/shares.ts';

/** How often the interval holds the truth, by adding up the chances of all numbers of flips. */
function coverage(units: number, gain: number, loss: number): number {
  const logFactorials = [0];
  for (let number = 1; number <= units; number++) logFactorials.push(logFactorials[number - 1]! + Math.log(number));
  const power = (share: number, count: number): number => (count === 0 ? 0 : count * Math.log(share));
  let covered = 0;
  for (let gained = 0; gained <= units; gained++)
    for (let lost = 0; gained + lost <= units; lost++) {
      const rest = units - gained - lost;
      const { low, high } = flipInterval(gained, lost, units);
      if (low > gain - loss || high < gain - loss) continue;
      covered += Math.exp(
        logFactorials[units]! -
          logFactorials[gained]! -
          logFactorials[lost]! -
          logFactorials[rest]! +
          power(gain, gained) +
          power(loss, lost) +
          power(1 - gain - loss, rest),
      );
    }
  return covered;
}

const shares = [
  [0.3, 0.1],
  [0.1, 0.05],
  [0.05, 0.05],
  [0.05, 0],
  [0.1, 0],
  [0.2, 0.1],
  [0.02, 0.02],
  [0.01, 0.03],
  [0.15, 0.15],
  [0.5, 0.2],
] as const;

describe('the interval of flips', () => {
  test.each([5, 12, 20, 30, 60, 160])(
    'of %i units holds the truth at least 90 times in 100, however rare they are',
    (units) => {
      for (const [gain, loss] of shares) expect(coverage(units, gain, loss)).toBeGreaterThan(0.9);
    },
  );

  test('holds it at most 99 times where three or more are to be expected', () => {
    for (const units of [12, 20, 30, 60, 160])
      for (const [gain, loss] of shares)
        if (units * (gain + loss) >= 3)
          expect([units, gain, loss, coverage(units, gain, loss) <= 0.993]).toEqual([units, gain, loss, true]);
  });

  test('holds what was measured, has a width where nothing flipped, and turns with the sides', () => {
    const none = flipInterval(0, 0, 50);
    expect(none.low).toBeCloseTo(-(1.96 ** 2) / (50 + 1.96 ** 2), 3);
    expect(none.high).toBeCloseTo(-none.low, 12);
    const [one, other] = [flipInterval(7, 2, 50), flipInterval(2, 7, 50)];
    expect(one.low).toBeCloseTo(-other.high, 12);
    expect(one.low).toBeLessThan(0.1);
    expect(one.high).toBeGreaterThan(0.1);
    expect(flipInterval(4, 0, 4)).toMatchObject({ high: 1 });
  });
});
