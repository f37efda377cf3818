import { expect, test } from 'vitest';
import { besideWords, fartherWords, methodWords } from '../src/contract/fit-words.ts';

test('a method reads as it is typed', () => {
  expect(methodWords({ method: 'grid', options: {} })).toBe('grid');
  expect(methodWords({ method: 'trellis', options: { coarseness: 1.00512, scale: 'channel', rate: 1 } })).toBe(
    'trellis:coarseness=1.01,scale=channel,rate=1',
  );
});

test('how far outputs are is told by the root of their distances, where both are known', () => {
  expect(fartherWords(0.09, 0.01)).toBe("its outputs are 3 times as far from the original's");
  expect(fartherWords(0.0064, 0.01)).toBe("its outputs are 0.8 times as far from the original's");
  expect(fartherWords(0.0101, 0.01)).toBe("its outputs are as far from the original's");
  for (const unknown of [undefined, 0]) expect(fartherWords(1, unknown)).toBeUndefined();
  expect(fartherWords(undefined, 1)).toBeUndefined();
});

test('a single method of another size is never told to be of that size', () => {
  expect(besideWords(998, 1000)).toBe('at that size');
  expect(besideWords(900, 1000)).toBe('up to that size');
  expect(besideWords(1100, 1000)).toMatch(/^above that size/);
});
