import { expect, test } from 'vitest';
import { takenNumber } from '../../../src/renderer/components/taken-number.ts';

test.each([
  [300, 300],
  [5, 256],
  [-4, 256],
  ['99999999999999999999', 4096],
  ['', 1024],
  ['-', 1024],
])('%j in a field of 256 to 4096 that holds 1024 becomes %d', (written, taken) => {
  expect(takenNumber(written, { value: 1024, min: 256, max: 4096, isOptional: false })).toBe(taken);
});

test('a field that may be empty becomes empty, and one whose number is none stays so', () => {
  const bounds = { min: 1, max: 256, isOptional: true };
  expect(takenNumber('', { ...bounds, value: 4 })).toBeUndefined();
  expect(takenNumber(999, { ...bounds, value: undefined })).toBe(256);
  expect(takenNumber('', { ...bounds, value: undefined, isOptional: false })).toBeUndefined();
});
