import { expect, test } from 'vitest';
import { rulesOf, skipRules, wishesOf, type Edit } from '../../../src/renderer/features/zoo/zoo-edits.ts';

test('the rules of a plan tell what a person wanted, and rules of other kinds stay as they are, in their order', () => {
  const edits = new Map<string, Edit>([
    ['a', { action: 'skip' }],
    ['b', { preset: 'quick' }],
    ['c', { action: 'skip' }],
  ]);
  const others = [
    { match: 'gold/**', action: 'alone' as const },
    { match: 'late/**', action: 'skip' as const },
  ];
  const wishes = wishesOf([...rulesOf(edits), ...skipRules('*.gguf\nold/**'), ...others]);
  expect(new Map([...wishes.edits].sort())).toEqual(edits);
  expect(wishes.skipped).toBe('*.gguf\nold/**');
  expect(wishes.others).toEqual(others);
  expect(wishesOf([])).toEqual({ edits: new Map(), skipped: '', others: [] });
  const narrower = { models: ['a'], match: 'x', action: 'skip' as const };
  expect(wishesOf([narrower]).others).toEqual([narrower]);
});
