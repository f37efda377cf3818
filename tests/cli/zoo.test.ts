import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderWith } from '../support/folder.ts';
import { baseModel, fineTune } from '../support/families.ts';
import { commandLine } from './support/command-line.ts';

test('a zoo is planned, archived with what needs attention told, gone on with, and looked after', async () => {
  const folder = await folderWith({
    'zoo/base.safetensors': baseModel(40_000),
    'zoo/tuned.safetensors': fineTune(40_000, 1e-3),
    'zoo/single.safetensors': baseModel(9000, 7),
    'recipe.json': '{"preset":"quick"}',
    'wrong.json': '{"preset":"fastest"}',
  });
  const run = (...words: readonly string[]) => commandLine('source', [...words, '--json'], folder);
  const batch = ['batch', 'zoo', '-o', 'out', '--recipe', 'recipe.json'];

  expect((await run('batch', 'zoo', '-o', 'out', '--recipe', 'wrong.json')).code).toBe(2);
  expect((await run(...batch, '--shard', '3/2')).code).toBe(2);
  const dry = await run(...batch, '--dry-run');
  expect(dry.lines.at(-1)).toMatchObject({
    type: 'finished',
    report: { command: 'plan', plan: { models: { length: 3 } } },
  });
  expect(await readdir(folder)).not.toContain('out');

  await mkdir(join(folder, 'out'));
  await writeFile(join(folder, 'out/single.safetensors.fwz'), 'in the way');
  const first = await run(...batch);
  expect(first.code).toBe(1);
  expect(first.lines.at(-2)).toMatchObject({ type: 'report', report: { states: { done: 2, failed: 1 } } });
  expect(JSON.stringify(first.lines.at(-1))).toContain('single.safetensors');
  await rm(join(folder, 'out/single.safetensors.fwz'));
  const second = await run(...batch);
  expect(second.code).toBe(0);
  expect(second.lines.at(-1)).toMatchObject({ report: { command: 'batch', states: { earlier: 2, done: 1 } } });
  const files = await readdir(join(folder, 'out'));
  for (const name of ['report.html', 'report.csv', 'report.json']) expect(files).toContain(name);

  const listed = JSON.stringify((await run('store', 'list', 'out')).lines.at(-1));
  const needed = listed.includes('"dependants":["tuned.safetensors.fwz"]') ? 'base' : 'tuned';
  expect((await run('store', 'prune', 'out', `${needed}.safetensors.fwz`)).code).toBe(2);
  const original = await readFile(join(folder, 'zoo/tuned.safetensors'));
  await rm(join(folder, 'zoo'), { recursive: true });
  expect((await run('store', 'check', 'out', '--read')).code).toBe(0);
  expect((await run('restore', 'out/tuned.safetensors.fwz', '-o', 'back')).code).toBe(0);
  expect(Buffer.compare(await readFile(join(folder, 'back')), original)).toBe(0);
  await rm(join(folder, 'out', `${needed}.safetensors.fwz`));
  expect((await run('store', 'check', 'out')).code).toBe(1);
}, 120_000);
