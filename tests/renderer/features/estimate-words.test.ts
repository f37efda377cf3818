import { expect, test } from 'vitest';
import { estimateWords } from '../../../src/renderer/features/model/estimate-words.ts';

const of = (bytesOut: number, low: number, high: number) => ({
  preset: 'balanced' as const,
  bytesOut,
  low,
  high,
  seconds: 0.2,
});

test('what would come to less is told by its range, and what would not as nothing to gain', () => {
  expect(estimateWords(1e6, of(830_000, 829_000, 831_000))).toEqual({
    size: '829–831 kB',
    from: 'from 1.00 MB · −17.0 % · about 0.2 s',
  });
  const nothing = 'nothing to gain: the archive would be larger than what it holds';
  expect(estimateWords(3, of(57, 42, 140))).toEqual({ size: '57 B', from: `from 3 B · ${nothing}` });
  expect(estimateWords(300_000, of(300_057, 299_973, 300_141)).from).toBe(`from 300 kB · ${nothing}`);
  expect(estimateWords(0, of(57, 42, 141)).from).toContain(nothing);
});
