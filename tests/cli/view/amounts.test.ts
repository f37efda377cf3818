import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatBytes,
  formatChange,
  formatCount,
  formatNumber,
  formatSaving,
  formatSeconds,
  parseBytes,
} from '../../../src/cli/view/amounts.ts';

describe('bytes', () => {
  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [999_499, '999 kB'],
    [999_500, '1.00 MB'],
    [16_060_522_496, '16.1 GB'],
    [9.996e9, '10.0 GB'],
  ])('%i is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  test('three significant digits are within half a per cent, and never four digits before the point', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 2 ** 50 }), (bytes) => {
        const [, number = '', unit = ''] = /^([\d.]+) (kB|MB|GB|TB|PB)$/.exec(formatBytes(bytes)) ?? [];
        const factor = 1000 ** (['kB', 'MB', 'GB', 'TB', 'PB'].indexOf(unit) + 1);
        expect(number.replace('.', '')).toHaveLength(3);
        expect(Math.abs(Number(number) * factor - bytes) / bytes).toBeLessThanOrEqual(0.005);
      }),
    );
  });

  test.each([
    [16_060_522_496, 10_856_000_000, '16.1 → 10.9 GB', '−32.4 %'],
    [1_200_000_000, 340_000, '1.20 GB → 340 kB', '−99.97 %'],
    [1e12, 5, '1.00 TB → 5 B', '−99.9999999995 %'],
    [1000, 1001, '1.00 → 1.00 kB', '+0.1 %'],
    [10, 0, '10 → 0 B', '−100.0 %'],
    [0, 90, '0 → 90 B', '±0.0 %'],
  ])('%i to %i is %s and %s', (before, after, change, saving) => {
    expect(formatChange(before, after)).toBe(change);
    expect(formatSaving(before, after)).toBe(saving);
  });

  test.each([
    ['512MiB', 512 * 2 ** 20],
    ['1GiB', 2 ** 30],
    ['2GB', 2e9],
    ['1.5 gib', 1.5 * 2 ** 30],
    ['123456', 123456],
  ])('%s is read as %i', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  test.each(['', 'GB', '-1GB', '1e9', '0', '1 parsec', '99999999TB', '1GB2'])('%j is no amount', (text) => {
    expect(parseBytes(text)).toBeUndefined();
  });
});

test.each([
  [0.4231, '0.42 s'],
  [12.34, '12.3 s'],
  [59.97, '1 min 00 s'],
  [125, '2 min 05 s'],
  [3599.6, '1 h 00 min'],
  [3725, '1 h 02 min'],
])('%d seconds are %s', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});

test('counts have groups of three', () => {
  expect([formatCount(0), formatCount(999), formatCount(1000), formatCount(1234567)]).toEqual([
    '0',
    '999',
    '1 000',
    '1 234 567',
  ]);
});

test.each([
  [0, '0 tensors'],
  [1, '1 tensor'],
  [2, '2 tensors'],
  [1204, '1 204 tensors'],
])('%i of a kind are %s', (count, text) => {
  expect(formatNumber(count, 'tensor')).toBe(text);
});
