import { expect, test } from 'vitest';
import type { Job, Receipt, Run } from '../../../src/contract/jobs.ts';
import type { Estimate, MapTile } from '../../../src/contract/models.ts';
import type { ComparedRun } from '../../../src/contract/runs.ts';
import {
  comparisonCautions,
  comparisonMarkdown,
  deltaText,
  figuresOf,
} from '../../../src/renderer/features/compare/figures.ts';
import { evaluation, metric } from './evaluations.ts';
import { pairFinding, pairHistograms } from '../../../src/renderer/features/compare/histogram-pair.ts';
import { phaseWords } from '../../../src/renderer/features/job/progress-words.ts';
import { proofLadder } from '../../../src/renderer/features/job/proof-words.ts';
import { tileProgress } from '../../../src/renderer/features/job/tile-progress.ts';
import { waterfallFinding, waterfallSteps } from '../../../src/renderer/features/job/waterfall-words.ts';
import {
  approximatedFigures,
  estimatedFigures,
  storedFigures,
} from '../../../src/renderer/features/model/tile-figures.ts';
import { historyFinding } from '../../../src/renderer/features/history/history-finding.ts';
import { moveTarget, sortQueue } from '../../../src/renderer/features/queue/queue-order.ts';
import { bitsStep, bitsStepWords } from '../../../src/renderer/text/bits.ts';
import { findSha256 } from '../../../src/renderer/text/sha256.ts';

const tile: MapTile = { name: 'w', file: 'f', dtype: 'BF16', shape: [10], bytes: 20 };
const bits = () => 16;

test('a sampled tensor is drawn as sampled, the others as the model on the whole, and presets move all alike', () => {
  const estimate = {
    bytes: 1000,
    presets: [
      { preset: 'quick', bytesOut: 700 },
      { preset: 'balanced', bytesOut: 650 },
    ],
    tensors: [{ file: 'f', name: 'w', bitsPerWeight: 8 }],
  } as unknown as Estimate;
  expect(estimatedFigures(estimate, 'balanced', bits)(tile)).toEqual({ share: 0.5, bitsPerWeight: 8 });
  expect(estimatedFigures(estimate, 'quick', bits)(tile).share).toBeCloseTo((0.5 * 700) / 650);
  expect(estimatedFigures(estimate, 'balanced', bits)({ ...tile, name: 'other' }).share).toBe(0.65);
  expect(storedFigures(bits)(tile)).toBeUndefined();
  expect(storedFigures(bits)({ ...tile, bytesOut: 13 })?.bitsPerWeight).toBeCloseTo(10.4);
});

test('tiles of a recipe take the bits of their tensor where it was sampled, and the share of the whole where not', () => {
  const tensors = [{ file: tile.file, name: tile.name, bitsPerWeight: 4 }];
  const figuresOf = approximatedFigures({ bitsPerWeight: 5, bytesOut: 300, relativeError: 0.01, tensors }, 1000, bits);
  expect(figuresOf(tile)).toEqual({ share: 0.25, bitsPerWeight: 4 });
  expect(figuresOf({ ...tile, name: 'other' }).share).toBe(0.3);
});

test('tiles fill in the order of the file', () => {
  const progress = tileProgress(0.5);
  expect(progress({ ...tile, from: 0.2, to: 0.4 })).toBe(1);
  expect(progress({ ...tile, from: 0.4, to: 0.6 })).toBeCloseTo(0.5);
  expect(progress({ ...tile, from: 0.6, to: 0.9 })).toBe(0);
  expect(progress({ ...tile, folded: 9 })).toBe(0.5);
});

test('every step of the scale has its own words, and bits fall into one', () => {
  const words = Array.from({ length: 8 }, (_, step) => bitsStepWords(step));
  expect(new Set(words).size).toBe(8);
  expect([0, 2, 2.1, 10.7, 26, 64].map(bitsStep)).toEqual([0, 0, 1, 4, 6, 7]);
});

test('a waterfall leaves out what did nothing and names what saved most', () => {
  const steps = waterfallSteps([
    { id: 'original', bytes: 1000 },
    { id: 'sign-mantissa', bytes: 0 },
    { id: 'exponent', bytes: -300 },
    { id: 'frame', bytes: 20 },
    { id: 'archive', bytes: 720 },
  ]);
  expect(steps.map(({ label }) => label)).toEqual(['Original', 'Exponents', 'Header and index', 'Archive']);
  expect(waterfallFinding(steps)).toContain('Exponents save most: 300 B');
  expect(waterfallFinding(waterfallSteps([{ id: 'original', bytes: 9 }]))).toContain('Nothing could be saved');
});

const run = (id: string, change: Partial<ComparedRun> = {}): ComparedRun => ({
  ...{ id, name: 'a|b', command: 'compress', preset: 'quick', finished: 0, sha256: 'x', bytesIn: 100, bytesOut: 60 },
  ...{ ratio: 0.6, machine: 'm', evaluations: [] },
  ...change,
});

test('a figure that nobody measured has no column, and one that some did is never shown as zero', () => {
  expect(figuresOf([run('1')]).map(({ id }) => id)).toEqual(['size', 'left']);
  const evaluations = [evaluation({ metrics: [metric({ value: 0.99 })] })];
  const some = [run('1', { restoreRate: 5e6, evaluations }), run('2')];
  expect(figuresOf(some).map(({ title }) => title)).toEqual(['Size', 'Left', 'Restore', 'Digits: top-1']);
  const measured = figuresOf(some).at(-1);
  expect(measured?.value(some[0]!)).toBe(0.99);
  expect(measured?.value(some[1]!)).toBeUndefined();
  expect(measured?.delta?.(0.99, 0.98)).toBe('+1.00 points');
  expect(comparisonMarkdown(some)).toContain('not measured');
  expect(comparisonMarkdown(some)).toContain('a\\|b');
});

test('deltas are signed, and absent where there is nothing to compare', () => {
  expect(deltaText(90, 100)).toBe('−10.0 %');
  expect(deltaText(110, 100)).toBe('+10.0 %');
  expect(deltaText(100.01, 100)).toBe('±0 %');
  expect(deltaText(3, 1, (value, baseline) => `${value - baseline} more`)).toBe('2 more');
  expect([deltaText(undefined, 1), deltaText(1, undefined), deltaText(1, 0)]).toEqual(['', '', '']);
});

test('other machines and other originals are told', () => {
  expect(comparisonCautions([run('1'), run('2')])).toEqual([]);
  expect(comparisonCautions([run('1'), run('2', { machine: 'n', sha256: 'y' })])).toHaveLength(2);
});

test('histograms of two ranges stand on one axis', () => {
  const a = { from: 0, to: 1, counts: [5, 5] };
  const b = { from: -1, to: 1, counts: [1, 0, 0, 1] };
  const { from, to, left, right } = pairHistograms(a, b);
  expect([from, to]).toEqual([-1, 1]);
  expect(left.map(({ x, width }) => [x, width])).toEqual([
    [0.5, 0.25],
    [0.75, 0.25],
  ]);
  expect(right[0]?.x).toBe(0);
  expect(Math.max(...left.map(({ height }) => height), ...right.map(({ height }) => height))).toBe(1);
  expect(pairFinding(a, a)).toBe('Both have the same numbers.');
  expect(pairFinding(a, b)).toContain('2 of 4');
});

test('rungs are ticked for what was proved and for nothing else', () => {
  const climbed = (command: Receipt['command'], proved: readonly string[]) =>
    proofLadder({ command, proved, sha256: 'x', files: [{}] } as unknown as Receipt).map(({ isProved }) => isProved);
  expect(climbed('compress', ['bytes'])).toEqual([true, true, true, false, false]);
  expect(climbed('verify', ['checksums'])).toEqual([true, false, false, false, false]);
  expect(climbed('verify', ['checksums', 'tensors', 'files', 'published-sha256'])).toEqual([
    true,
    true,
    true,
    true,
    false,
  ]);
  expect(climbed('verify', [])).toEqual([false, false, false, false, false]);
});

test('jobs stand by what a person can do with them, and move by one place', () => {
  const job = (id: string, state: Job['state']) => ({ id, state }) as Job;
  const jobs = [job('a', 'done'), job('b', 'compressing'), job('c', 'queued'), job('d', 'queued'), job('e', 'queued')];
  const queue = sortQueue([...jobs, job('f', 'failed'), job('g', 'paused')]);
  expect(queue.current?.id).toBe('b');
  expect([queue.attention, queue.paused, queue.ended].map((group) => group.map(({ id }) => id))).toEqual([
    ['f'],
    ['g'],
    ['a'],
  ]);
  expect(moveTarget(queue.waiting, 'd', 'up')).toBe('c');
  expect(moveTarget(queue.waiting, 'c', 'down')).toBe('e');
  expect(moveTarget(queue.waiting, 'd', 'down')).toBeUndefined();
});

test('a job that waits for the disk says how much is missing', () => {
  const job = { state: 'paused', pausedBy: 'disk', disk: { folder: '/d', free: 4e8, needed: 3.1e9 } } as Job;
  expect(phaseWords(job)).toContain('400 MB free, 3.10 GB needed');
});

test('the one sha256 of a text is found, and never one of two or a part of something longer', () => {
  const hash = 'ab'.repeat(32);
  expect(findSha256(`${hash.toUpperCase()}  model.safetensors\n`)).toBe(hash);
  expect(findSha256(`${hash} ${'cd'.repeat(32)}`)).toBeUndefined();
  expect(findSha256(`${hash}0`)).toBeUndefined();
});

test('a history says of how many results it speaks, and nothing where a search finds none', () => {
  const run = (command: string) => ({ command, receipt: { bytesIn: 3e6, bytesOut: 1e6 } }) as Run;
  const runs = [run('compress'), run('verify'), run('compress')];
  expect(historyFinding(runs, 3)).toBe('2 archives take 4.00 MB less than the originals.');
  expect(historyFinding(runs, 4)).toBe('Of the newest 3 results, 2 archives take 4.00 MB less than the originals.');
  expect(historyFinding([run('verify')], 1)).toBe('None of these is an archive.');
  expect(historyFinding([], 0)).toBeUndefined();
});
