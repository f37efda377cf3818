import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderWith } from '../support/folder.ts';
import { commandLine } from './support/command-line.ts';

const sample = join(import.meta.dirname, '../../samples/digits.safetensors');

test('--list tells every target with its three ticks', async () => {
  const { code, lines } = await commandLine('source', ['export', '--list', '--json']);
  expect(code).toBe(0);
  const [last] = lines as { report: { targets: { id: string; ticks: Record<string, boolean> }[] } }[];
  expect(last?.report.targets.length).toBeGreaterThan(7);
  for (const { ticks } of last?.report.targets ?? [])
    expect(Object.keys(ticks)).toEqual(['smallerOnDisk', 'smallerInMemory', 'faster']);
});

test('an archive exports to the same file as its original', async () => {
  const folder = await folderWith({});
  const archive = join(folder, 'digits.safetensors.fwz');
  expect((await commandLine('source', ['compress', sample, '-o', archive])).code).toBe(0);
  const direct = join(folder, 'direct.safetensors');
  const ended = await commandLine('source', ['export', sample, '--to', 'safetensors-int8', '-o', direct, '--json']);
  expect(ended.code).toBe(0);
  expect(ended.lines.at(-1)).toMatchObject({ type: 'finished', report: { loadTest: { isLoaded: true } } });
  expect((await commandLine('source', ['export', archive, '--to', 'safetensors-int8'])).code).toBe(0);
  const through = join(folder, 'digits.safetensors-int8.safetensors');
  expect(await readFile(through)).toEqual(await readFile(direct));
  expect((await stat(direct)).size).toBeLessThan(0.27 * (await stat(sample)).size);
});

test('what cannot be is told with its code: an unknown target, a wrong model, a missing option', async () => {
  expect((await commandLine('source', ['export', sample, '--to', 'toaster'])).code).toBe(2);
  expect((await commandLine('source', ['export', sample])).code).toBe(2);
  for (const words of [
    ['--task', 'task.json'],
    ['--data', '.'],
    ['--calibrate', '3'],
    ['--channels', '30%'],
  ])
    expect((await commandLine('source', ['export', sample, '--to', 'safetensors-int8', ...words])).code).toBe(2);
  const refused = await commandLine('source', ['export', sample, '--to', 'onnx-int8']);
  expect([refused.code, refused.stderr]).toEqual([3, expect.stringMatching(/no ONNX model\. It can be as .*znn/)]);
  const output = join(await folderWith({}), 'model.gguf');
  const named = await commandLine('source', ['export', sample, '--to', 'safetensors-int8', '-o', output]);
  expect([named.code, named.stderr]).toEqual([2, expect.stringMatching(/taken for GGUF.*ends with \.safetensors/)]);
  await expect(stat(output)).rejects.toThrow();
});
