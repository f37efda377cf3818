import fc from 'fast-check';
import { expect, test } from 'vitest';
import { waterfallFinding, waterfallSteps } from '../../../src/renderer/features/job/waterfall-words.ts';

const findingOf = (exponent: number, other: number, frame: number) =>
  waterfallFinding(
    waterfallSteps([
      { id: 'original', bytes: 1_000_000 },
      { id: 'exponent', bytes: exponent },
      { id: 'other', bytes: other },
      { id: 'frame', bytes: frame },
      { id: 'archive', bytes: 1_000_000 + exponent + other + frame },
    ]),
  );

test('what saves most is told with its share of all savings', () => {
  expect(findingOf(-300_000, -100_000, 500)).toBe('Exponents save most: 300 kB, 75.0 % of all that is saved.');
});

test('one step does not save more than all', () => {
  expect(findingOf(-300_000, 1_000, 500)).toContain(', 100.0 % of all that is saved.');
  fc.assert(
    fc.property(
      fc.integer({ min: -500_000, max: -1 }),
      fc.integer({ min: -400_000, max: 400_000 }),
      (exponent, other) => {
        const [, share] = /, ([\d.]+) % of all that is saved\.$/.exec(findingOf(exponent, other, 500)) ?? [];
        expect(Number(share)).toBeLessThanOrEqual(100);
      },
    ),
  );
});

test('a file that became larger is told to be dense', () => {
  expect(findingOf(0, 0, 500)).toBe('Nothing could be saved; the bytes are dense already.');
});
