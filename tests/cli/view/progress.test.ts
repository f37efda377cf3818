import { expect, test } from 'vitest';
import { describeProgress } from '../../../src/cli/view/progress.ts';
import type { Phase, ProgressEvent } from '../../../src/engine/index.ts';

const at = (phase: Phase, bytesDone: number, more: Partial<ProgressEvent> = {}): ProgressEvent => ({
  type: 'progress',
  phase,
  bytesDone,
  bytesTotal: 2e9,
  bytesOut: 0,
  rate: 0,
  ...more,
});

test('a phase that is known well is told in full', () => {
  expect(describeProgress([at('restore', 1e9, { rate: 512e6, secondsLeft: 1.2 })])).toEqual([
    'Restoring',
    '50 %',
    'of 2.00 GB',
    '512 MB/s',
    '2 s left',
  ]);
});

test('proving beside compressing is a remark, whichever of them spoke last', () => {
  const events = [at('compress', 1e9), at('prove', 0.5e9)];
  expect(describeProgress(events)).toEqual(['Compressing', '50 %', '25 % proved', 'of 2.00 GB']);
  expect(describeProgress([at('compress', 2e9), at('prove', 1.5e9)])[0]).toBe('Reading back and comparing');
});

test('nothing is said of nothing, and no share of an empty file', () => {
  expect(describeProgress([])).toEqual([]);
  expect(describeProgress([at('verify', 0, { bytesTotal: 0 })])).toEqual(['Verifying']);
});
