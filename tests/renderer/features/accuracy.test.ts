import { expect, test } from 'vitest';
import { groupByAsked, onFront, qualitiesOf, sizeOf } from '../../../src/renderer/features/compare/candidates.ts';
import { paretoScale } from '../../../src/renderer/features/compare/pareto-scale.ts';
import { measuringWords } from '../../../src/renderer/features/evaluate/evaluation-words.ts';
import { linesOf, shareOf, worstLayer } from '../../../src/renderer/features/evaluate/layer-lines.ts';
import {
  gain,
  judge,
  judgementWords,
  metricKey,
  metricText,
  smallestChange,
} from '../../../src/renderer/features/evaluate/metric-words.ts';
import { firstChoice, missingWords, toRequests } from '../../../src/renderer/features/evaluate/task-choice.ts';
import { evaluation, metric } from './evaluations.ts';

const within = (low: number, high: number) => metric({ interval: { low, high, method: 'exact' } });

test('a judgement says no more than the interval, and turns with what is better', () => {
  expect(judge(within(0, 0), 0.01)).toBe('identical');
  expect(judge(within(-0.004, 0.002), 0.005)).toBe('same');
  expect(judge(within(-0.02, 0.002), 0.005)).toBe('unclear');
  expect(judge(within(-0.02, -0.01), 0.005)).toBe('worse');
  expect(judge(within(0.001, 0.002), 0.005)).toBe('better');
  expect(judge({ ...within(0.001, 0.002), better: 'lower' }, 0.005)).toBe('worse');
  expect(judge(metric({ delta: null }), 0.005)).toBe('unknown');
  expect(judge(metric({ interval: null }), 0.005)).toBe('unknown');
  expect(gain({ ...within(0.001, 0.004), better: 'lower', delta: 0.002 })).toEqual({
    ...{ value: -0.002, low: -0.004, high: -0.001 },
  });
});

test('words name the size that the interval bounds', () => {
  expect(judgementWords(within(-0.004, 0.002), 0.005)).toBe('No change seen larger than 0.40 points');
  expect(judgementWords(within(-0.02, 0.002), 0.005)).toContain('up to 2.00 points');
  expect(judgementWords(within(-0.02, -0.01), 0.005)).toBe('Worse by 1.00 points to 2.00 points');
  expect(judgementWords(within(-0.002, -0.001), 0.005)).toContain('less than what matters to you');
  expect(judgementWords(metric({ interval: null }), 0.005)).toBe('said by the program');
});

test('what matters is what the person said, else half a point or one per cent', () => {
  const perplexity = metric({ metric: 'perplexity', unit: 'none', original: 40, value: 41 });
  expect(smallestChange(metric(), {})).toBe(0.005);
  expect(smallestChange(perplexity, {})).toBeCloseTo(0.4);
  expect(smallestChange(perplexity, { [metricKey(perplexity)]: 2 })).toBe(2);
  expect([metricText(perplexity, 43.61845), metricText(metric(), 0.9935), metricText(metric(), null)]).toEqual([
    ...['43.62', '99.35 %', 'no figure'],
  ]);
});

test('many layers stand in lines of about equal length, none is left out, and what is no number is worst', () => {
  for (const count of [0, 1, 60, 61, 300, 5000]) {
    const lines = linesOf(Array.from({ length: count }, (_, place) => place));
    expect(lines.flat()).toEqual(Array.from({ length: count }, (_, place) => place));
    expect(lines.length).toBeLessThanOrEqual(8);
    expect(Math.max(0, ...lines.map(({ length }) => length))).toBeLessThanOrEqual(Math.max(60, Math.ceil(count / 8)));
  }
  expect(linesOf(new Array(300).fill(0)).map(({ length }) => length)).toEqual([60, 60, 60, 60, 60]);
  const differing = (...sizes: (number | null)[]) => worstLayer(sizes.map((relativeL2) => ({ relativeL2 })));
  expect([differing(0, 0), differing(0, 0.5, 0.2), differing(0.5, null, 3), differing()]).toEqual([0, 1, 1, 0]);
});

test('only what was asked the same stands together, and of each candidate its newest', () => {
  const other = { name: 'd.fwz', path: '/d.fwz', bytes: 1000, storedBytes: 100, sha256: 'd' };
  const groups = groupByAsked([
    evaluation({ id: 'new' }),
    evaluation({ id: 'few', items: 10 }),
    evaluation({ id: 'smaller', candidate: other }),
    evaluation({ id: 'old' }),
  ]);
  expect(groups.map(({ evaluations }) => evaluations.map(({ id }) => id))).toEqual([['smaller', 'new'], ['few']]);
  expect(groups[0]?.title).toBe('Digits: 200 digits');
  const old = { name: 'd.fwz', path: '/d.fwz', bytes: 1000, sha256: 'd' };
  expect(sizeOf(evaluation({ candidate: old }))).toBe(1000);
});

test('candidates can be drawn by each metric that one of them has, and by their outputs', () => {
  const [first, second] = qualitiesOf([evaluation(), evaluation({ metrics: [] })]);
  expect([first?.title, second?.id]).toEqual(['top-1', 'outputs']);
  expect(first?.of(evaluation({ metrics: [] }))).toBeUndefined();
  expect(second?.of(evaluation())).toEqual({ value: -0.01, low: -0.01, high: -0.01 });
  expect(qualitiesOf([evaluation({ metrics: [], outputs: [] })])).toEqual([]);
});

test('a point is on the front unless another is at least as small and as good, and one of both more', () => {
  const points = [
    { size: 100, value: -0.02 },
    { size: 200, value: 0 },
    { size: 300, value: -0.01 },
    { size: 200, value: 0 },
  ];
  expect(onFront(points)).toEqual([true, true, false, true]);
  const { x, y } = paretoScale([{ size: 100, gain: { value: -0.02, low: -0.05, high: 0.01 } }], 1000, 0.005);
  expect([x(1000), y(-0.05), y(0.01)]).toEqual([1, 0, 1]);
  const far = paretoScale([{ size: 100, gain: { value: -0.9, low: -0.95, high: -0.8 } }], 1000, 0.005);
  expect([far.y(-0.9), far.isBeyond(-0.9), far.isBeyond(-0.1)]).toEqual([0, true, false]);
});

test('layers are drawn on one logarithmic scale, and what is no number as the worst', () => {
  expect([shareOf(0), shareOf(1e-9), shareOf(1), shareOf(50), shareOf(null)]).toEqual([0, 0, 1, 1, 1]);
  expect(shareOf(1e-3)).toBeGreaterThan(shareOf(1e-4));
});

test('a request says what was chosen and nothing else', () => {
  const tasks = [
    { path: '/a.json', title: 'A', unit: 'items', metrics: [], hasData: false },
    { path: '/b.json', title: 'B', unit: 'items', metrics: [], hasData: true },
  ];
  const task = firstChoice(tasks);
  expect(toRequests('/o', ['/c', '/d'], { ...task, limit: 5 })).toEqual([
    { command: 'compare', model: '/c', original: '/o', layers: true, task: '/b.json', limit: 5 },
    { command: 'compare', model: '/d', original: '/o', layers: true, task: '/b.json', limit: 5 },
  ]);
  expect(toRequests('', ['/c'], task)).toEqual([{ command: 'evaluate', model: '/c', task: '/b.json' }]);
  expect(firstChoice([])).toMatchObject({ kind: 'none' });
  expect(missingWords('', ['/c'], firstChoice([]))).toContain('original');
  expect(missingWords('/o', ['/c'], firstChoice([]))).toBeUndefined();
  expect(missingWords('', [], task)).toContain('Choose a model');
});

test('a failure to measure offers nothing that only a file to compress has', () => {
  for (const code of ['MALFORMED', 'UNSUPPORTED', 'NOT_FOUND']) {
    const { title, safe, next } = measuringWords(code);
    expect(safe).toContain('nothing was measured');
    expect(`${title} ${next}`).not.toMatch(/stored?\b|Download|newer version|drive/);
  }
  expect(measuringWords('DISK_FULL').title).toBe('There is not enough room');
});
