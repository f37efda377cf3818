import { describe, expect, test } from 'vitest';
import { normal, random, uniform, type Random } from '../../../src/evaluation/statistics/random.ts';
import { areaInterval, areaUnderCurve } from '../../../src/evaluation/statistics/ranks.ts';
import { differenceInterval, valueInterval } from '../../../src/evaluation/statistics/ratio.ts';
import { fewestChanged, fewestUnits } from '../../../src/evaluation/statistics/sample.ts';
import { studentQuantile } from '../../../src/evaluation/statistics/student.ts';

interface Unit {
  readonly before: number;
  readonly after: number;
  readonly weight: number;
}

const scoresOf = (units: readonly Unit[], pick: (unit: Unit) => number) => ({
  numerators: Float64Array.from(units, pick),
  denominators: Float64Array.from(units, ({ weight }) => weight),
});

/** How many of 200 simulated evaluations have an interval that holds the truth. */
function coverage(
  items: number,
  truth: number,
  draw: (next: Random) => Unit,
  transform: 'none' | 'exp' = 'none',
): number {
  let hits = 0;
  for (let repetition = 0; repetition < 200; repetition++) {
    const next = random(7000 + repetition);
    const units = Array.from({ length: items }, () => draw(next));
    const { low, high } = differenceInterval(
      scoresOf(units, ({ before }) => before),
      scoresOf(units, ({ after }) => after),
      { seed: repetition, identical: false, count: 300, transform },
    )!;
    if (low <= truth && truth <= high) hits++;
  }
  return hits;
}

describe('a 95 % interval of a difference holds the truth 90 to 99 times in 100', () => {
  const cases: readonly (readonly [string, number, number, (next: Random) => Unit])[] = [
    [
      'right answers that flip both ways',
      160,
      0.05,
      (next) => {
        const draw = uniform(next);
        return { before: draw > 0.95 ? 1 : 0, after: draw < 0.1 ? 1 : 0, weight: 1 };
      },
    ],
    [
      'log losses that only some items change much',
      160,
      Math.exp(0.5) * 0.1,
      (next) => ({ before: 0, after: Math.exp(normal(next)) * 0.1, weight: 1 }),
    ],
    [
      'wrong characters of lines of unequal length',
      300,
      (0.3 * 2 - 0.1 * 2) / 20,
      (next) => {
        const draw = uniform(next);
        return { before: draw > 0.9 ? 2 : 0, after: draw < 0.3 ? 2 : 0, weight: 10 + Math.floor(uniform(next) * 21) };
      },
    ],
    [
      'thirty times what is waited for',
      30,
      0.1,
      (next) => ({ before: 0, after: -0.1 * Math.log(1 - uniform(next)), weight: 1 }),
    ],
    [
      'thirty differences of which few are most',
      30,
      Math.exp(1.125) * 0.1,
      (next) => ({ before: 0, after: Math.exp(1.5 * normal(next)) * 0.1, weight: 1 }),
    ],
    [
      'thirty with far ones on both sides',
      30,
      0,
      (next) => ({ before: 1, after: 1 + (uniform(next) < 0.5 ? -1 : 1) * Math.exp(1.2 * normal(next)), weight: 1 }),
    ],
    [
      'thirty of which one in ten changes much',
      30,
      0.1,
      (next) => ({ before: 0.5, after: 0.5 + (uniform(next) < 0.1 ? 1 : 0) + 0.001 * normal(next), weight: 1 }),
    ],
    [
      'a hundred differences of which few are most',
      100,
      Math.exp(1.125) * 0.1,
      (next) => ({ before: 0, after: Math.exp(1.5 * normal(next)) * 0.1, weight: 1 }),
    ],
    ['small differences of noise', 30, 0.02, (next) => ({ before: 1, after: 1.02 + 0.1 * normal(next), weight: 1 })],
  ];
  test.each(cases)('%s', (_, items, truth, draw) => {
    const hits = coverage(items, truth, draw);
    expect(hits).toBeGreaterThanOrEqual(180);
    expect(hits).toBeLessThanOrEqual(198);
  });

  test('one model alone, of whose log losses few are most', () => {
    let hits = 0;
    for (let repetition = 0; repetition < 200; repetition++) {
      const next = random(9000 + repetition);
      const losses = Array.from({ length: 30 }, () => ({ before: 0, after: Math.exp(normal(next)), weight: 1 }));
      const { low, high } = valueInterval(
        scoresOf(losses, ({ after }) => after),
        { seed: repetition, count: 300 },
      )!;
      if (low <= Math.exp(0.5) && Math.exp(0.5) <= high) hits++;
    }
    expect(hits).toBeGreaterThanOrEqual(180);
    expect(hits).toBeLessThanOrEqual(198);
  });

  test('perplexity, the exponential of a mean', () => {
    const draw = (next: Random): Unit => {
      const before = 3 + 0.3 * normal(next);
      return { before, after: before + 0.05 + 0.05 * normal(next), weight: 1 };
    };
    const truth = Math.exp(3.05) - Math.exp(3);
    const hits = coverage(120, truth, draw, 'exp');
    expect(hits).toBeGreaterThanOrEqual(180);
    expect(hits).toBeLessThanOrEqual(198);
  });

  test('the area under ROC, over blocks of frames that are alike', () => {
    const draw = (next: Random, blocks: number) => {
      const count = blocks * 12;
      const labels = new Uint8Array(count);
      const [before, after] = [new Float64Array(count), new Float64Array(count)];
      const places = new Uint32Array(count);
      let shift = 0;
      for (let frame = 0; frame < count; frame++) {
        if (frame % 12 === 0) shift = normal(next) * 0.5;
        labels[frame] = uniform(next) < 0.5 ? 1 : 0;
        places[frame] = Math.floor(frame / 12);
        const base = normal(next) + shift;
        before[frame] = base + 1.5 * labels[frame]!;
        after[frame] = base + 1.4 * labels[frame]! + 0.3 * normal(next);
      }
      return [before, after].map((scores) => ({ scores, labels, blocks: places }));
    };
    const [manyBefore, manyAfter] = draw(random(3), 12_000);
    const truth = areaUnderCurve(manyAfter!) - areaUnderCurve(manyBefore!);
    let hits = 0;
    for (let repetition = 0; repetition < 200; repetition++) {
      const [before, after] = draw(random(900 + repetition), 40);
      const { low, high } = areaInterval(before, after!, { seed: repetition, identical: false, count: 200 })!;
      if (low <= truth && truth <= high) hits++;
    }
    expect(hits).toBeGreaterThanOrEqual(180);
    expect(hits).toBeLessThanOrEqual(198);
  });
});

test('bit-identical outputs are no difference, exactly; equal scores of other outputs are not that certain', () => {
  const scores = { numerators: Float64Array.of(1, 0, 1, 1), denominators: Float64Array.of(1, 1, 1, 1) };
  expect(differenceInterval(scores, scores, { seed: 1, identical: true })).toEqual({
    low: 0,
    high: 0,
    method: 'exact',
  });
  const { low, high } = differenceInterval(scores, scores, { seed: 1, identical: false })!;
  expect(low).toBeLessThan(0);
  expect(high).toBeGreaterThan(0);
});

test('the same seed gives the same interval, another seed nearly the same', () => {
  const next = random(5);
  const units = Array.from({ length: 50 }, () => ({ before: uniform(next), after: uniform(next), weight: 1 }));
  const of = (seed: number) =>
    differenceInterval(
      scoresOf(units, ({ before }) => before),
      scoresOf(units, ({ after }) => after),
      { seed, identical: false },
    )!;
  expect(of(1)).toEqual(of(1));
  expect(of(2).low).not.toBe(of(1).low);
  expect(of(2).low).toBeCloseTo(of(1).low, 2);
});

describe('of fewer units than show what one in ten of them does', () => {
  const next = random(12);
  const few = Array.from({ length: fewestUnits - 1 }, () => ({ before: 0.5, after: 0.5 + uniform(next), weight: 1 }));
  const [before, after] = [scoresOf(few, ({ before: score }) => score), scoresOf(few, (unit) => unit.after)];

  test('no interval is told, of a difference, a value, or an area', () => {
    expect(differenceInterval(before, after, { seed: 1, identical: false })).toBeNull();
    expect(valueInterval(after, { seed: 1 })).toBeNull();
    const labels = Uint8Array.from(few, (_, at) => at % 2);
    const ranked = { scores: after.numerators, labels, blocks: Uint32Array.from(few.keys()) };
    expect(areaInterval(undefined, ranked, { seed: 1, identical: false })).toBeNull();
    expect(differenceInterval(before, before, { seed: 1, identical: true })).toMatchObject({ low: 0, high: 0 });
  });

  test('but of flips one is', () => {
    const flips = (score: number) => ({
      numerators: Float64Array.of(score, 1, 0),
      denominators: new Float64Array(3).fill(1),
    });
    const { low, high, method } = differenceInterval(flips(1), flips(0), { seed: 1, identical: false })!;
    expect([low < -1 / 3, high > -1 / 3, method]).toEqual([true, true, 'score']);
  });
});

describe('where few of many items score otherwise, and by much', () => {
  /** What 400 evaluations of 30 items tell: how many have an interval, how many of these hold the truth. */
  const tell = (share: number, mean: number, size: (next: Random) => number, isShare: boolean) => {
    let [stated, hits] = [0, 0];
    for (let repetition = 0; repetition < 400; repetition++) {
      const next = random(300 + repetition);
      const after = Float64Array.from({ length: 30 }, () => (uniform(next) < share ? size(next) : 0));
      const denominators = new Float64Array(30).fill(1);
      const interval = differenceInterval(
        { numerators: new Float64Array(30), denominators },
        { numerators: after, denominators },
        { seed: repetition, identical: false, isShare, count: 200 },
      );
      const changed = after.filter((score) => score !== 0).length;
      expect(interval === null).toBe(changed < fewestChanged && !isShare);
      if (interval === null) continue;
      stated++;
      if (interval.low <= share * mean && share * mean <= interval.high) hits++;
    }
    return { stated, coverage: hits / stated };
  };

  test.each([
    ['about equally', 0.05, 5, (next: Random) => 5 + normal(next)],
    ['few of them most', 0.05, Math.exp(0.5), (next: Random) => Math.exp(normal(next))],
    ['exponentially', 0.1, 1, (next: Random) => -Math.log(1 - uniform(next))],
  ] as const)('an interval is told where two or more do, and holds the truth then: %s', (_, share, mean, size) => {
    const { stated, coverage } = tell(share, mean, size, false);
    expect(stated).toBeGreaterThan(150);
    expect(coverage).toBeGreaterThanOrEqual(0.9);
  });

  test('a share, which ends at 1, has one always', () => {
    const { stated, coverage } = tell(0.05, 0.75, (next) => 0.5 + 0.5 * uniform(next), true);
    expect(stated).toBe(400);
    expect(coverage).toBeGreaterThanOrEqual(0.9);
  });
});

test('a proportion without a single failure is not said to be certain', () => {
  const all = { numerators: new Float64Array(40).fill(1), denominators: new Float64Array(40).fill(1) };
  const { low, high } = valueInterval(all, { seed: 1 })!;
  expect(low).toBeLessThan(0.95);
  expect(high).toBe(1);
});

test('the area under ROC counts ties half, as comparing all pairs does', () => {
  const next = random(11);
  const scores = Float64Array.from({ length: 200 }, () => Math.floor(uniform(next) * 20));
  const labels = Uint8Array.from(scores, (score) => (uniform(next) * 20 < score ? 1 : 0));
  let [wins, pairs] = [0, 0];
  for (let one = 0; one < 200; one++)
    for (let other = 0; other < 200; other++) {
      if (labels[one] !== 1 || labels[other] !== 0) continue;
      pairs++;
      wins += scores[one]! > scores[other]! ? 1 : scores[one] === scores[other] ? 0.5 : 0;
    }
  expect(areaUnderCurve({ scores, labels, blocks: new Uint32Array(200) })).toBeCloseTo(wins / pairs, 12);
});

test.each([
  [3, 3.182],
  [10, 2.228],
  [30, 2.042],
  [1e6, 1.96],
])('the 97.5 %% quantile of Student with %d degrees of freedom is %d', (freedom, quantile) => {
  expect(studentQuantile(0.975, freedom) / quantile).toBeCloseTo(1, 1.7);
});
