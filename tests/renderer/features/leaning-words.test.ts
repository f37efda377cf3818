import { expect, test } from 'vitest';
import { leaningWords } from '../../../src/renderer/features/job/leaning-words.ts';

test.each([
  [undefined, 'difference to w'],
  [[2], 'slice 2: difference to w'],
  [[1, 2, 3, 7, 9, 10], 'slices 1–3, 7, 9–10: differences to w'],
])('what leans on another is told with its slices: %j', (slices, words) => {
  expect(leaningWords({ to: 'w', ...(slices && { slices }) })).toBe(words);
});

test('what leans on a base is told with its file', () => {
  expect(leaningWords({ to: 'a.safetensors', isBase: true })).toBe('difference to the base a.safetensors');
});
