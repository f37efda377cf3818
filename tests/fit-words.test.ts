import { expect, test } from 'vitest';
import { fartherWords, methodWords } from '../src/contract/fit-words.ts';

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
