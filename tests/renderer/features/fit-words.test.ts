import { expect, test } from 'vitest';
import type { FitReceipt } from '../../../src/contract/fits.ts';
import { orderFacts } from '../../../src/renderer/features/fit/fit-words.ts';

const receipt: FitReceipt = {
  ...{ bytesIn: 1e6, bytesOut: 1e5, sha256: '', learnedFrom: 'task', items: 9, layers: 2, matrices: 2, seconds: 1 },
  ...{ metrics: [], distance: 0.01, inSequence: true },
};
const measured = { bytes: 99_000, metrics: [], distance: 0.04 };

test('what the other order of rounding came to is told beside the result, unless that is none of both', () => {
  expect(orderFacts(receipt)).toEqual([['Layers rounded', 'one after another']]);
  expect(orderFacts({ ...receipt, otherOrder: measured })).toEqual([
    [
      'Layers rounded',
      "one after another, which came nearer than all at once: ~ 99.0 kB · its outputs are 2 times as far from the original's",
    ],
  ]);
  expect(orderFacts({ ...receipt, inSequence: false, otherOrder: measured })[0]?.[1]).toMatch(/^all at once, which/);
  expect(orderFacts({ ...receipt, otherOrder: measured, fitted: measured })).toEqual([]);
});
