import { expect, test } from 'vitest';
import type { ExportReceipt, ExportTarget } from '../../../src/contract/exports.ts';
import {
  errorText,
  isExact,
  loadTestWords,
  loadWords,
  suitedTargets,
} from '../../../src/renderer/features/export/export-words.ts';

const target = (id: string, from: string[]) => ({ id, from }) as unknown as ExportTarget;

test('kinds that are made of other files are set apart', () => {
  const targets = [target('a', ['onnx']), target('b', ['safetensors']), target('c', [])];
  const { suited, others } = suitedTargets(
    targets,
    ['onnx', 'bytes'],
    [
      { target: 'b', why: 'it has no safetensors file' },
      { target: 'c', why: 'it has no "x"' },
    ],
  );
  expect(suited.map(({ id }) => id)).toEqual(['a']);
  expect(others.map(({ target: { id }, why }) => [id, why])).toEqual([
    ['b', 'Made of safetensors files.'],
    ['c', 'It has no "x".'],
  ]);
});

test('a load test that could not be done is never told as one that was', () => {
  const words = (isLoaded: boolean | undefined) =>
    loadTestWords({ loadTest: { reader: 'r', result: 'x', ...(isLoaded !== undefined && { isLoaded }) } });
  expect(words(true)).toContain('opened it');
  expect([words(undefined), words(false)].every((each) => each.startsWith('Not loaded'))).toBe(true);
  expect(loadWords({ load: 'run -m FILE, not PROFILE', output: '/a/b.gguf' })).toBe('run -m b.gguf, not PROFILE');
});

test('errors are shares in per cent, and only zero everywhere is exact', () => {
  expect([errorText(0), errorText(0.01044), errorText(null)]).toEqual(['none', '1.04 %', 'no finite number']);
  const kinds = (...errors: (number | null)[]) =>
    ({ kinds: errors.map((relativeError) => ({ relativeError })) }) as unknown as ExportReceipt;
  expect([isExact(kinds(0, 0)), isExact(kinds(0, 1e-9)), isExact(kinds(null))]).toEqual([true, false, false]);
  expect(isExact({ ...kinds(0, 0), isOfApproximate: true })).toBe(false);
});
