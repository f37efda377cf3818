import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { EvaluationReport } from '../../src/evaluation/index.ts';
import { folderWith } from '../support/folder.ts';
import { commandLine } from './support/command-line.ts';

const samples = join(import.meta.dirname, '../../samples');
const digits = join(samples, 'digits.onnx');
const task = join(samples, 'tasks', 'digits.json');

afterEach(() => {
  vi.unstubAllEnvs();
});

async function reportOf(...words: readonly string[]): Promise<EvaluationReport> {
  const { code, lines, stderr } = await commandLine('source', [...words, '--json']);
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  return (lines.at(-1) as { readonly report: EvaluationReport }).report;
}

test('the second evaluation does not run the original again, unless it is asked to', async () => {
  const data = await folderWith({});
  vi.stubEnv('FEATHERWEIGHT_DATA', data);
  const candidate = join(data, 'copy.onnx');
  await copyFile(digits, candidate);
  const words = ['evaluate', candidate, '--against', digits, '--task', task, '--limit', '20', '--threads', '1'];

  const first = await reportOf(...words);
  const second = await reportOf(...words);
  const again = await reportOf('compare', digits, candidate, ...words.slice(4), '--no-cache');
  expect([first, second, again].map(({ originalFromCache }) => originalFromCache)).toEqual([false, true, false]);
  expect(second.metrics).toEqual(first.metrics);
  expect(second.outputs).toEqual(first.outputs);
});

test.each([
  [['--data', samples, '--against', digits], /--data does nothing without a --task/],
  [['--timeout', '3', '--task', task], /--timeout does nothing without a --command/],
  [['--layers', '--task', task], /--layers does nothing without an original/],
  [['--command', 'true {model}', '--task', task], /--task does nothing with a --command/],
  [['--command', 'true {model}', '--limit', '5'], /--limit does nothing with a --command/],
])('an option that would do nothing is refused: %s', async (words, said) => {
  const { code, stderr } = await commandLine('source', ['evaluate', digits, ...words]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(said)]);
});

test('where answers cannot be kept the original is run, and that is said', async () => {
  const data = await folderWith({});
  await mkdir(join(data, 'evaluations.db'));
  vi.stubEnv('FEATHERWEIGHT_DATA', data);
  const words = ['compare', digits, digits, '--task', task, '--limit', '4', '--threads', '1'];
  const { code, stderr, stdout } = await commandLine('source', words);
  expect(code).toBe(0);
  expect(stderr).toMatch(/cannot be kept/);
  expect(stdout).toMatch(/identical on 4 digits/);
});
