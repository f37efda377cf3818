import { truncate } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { threadsAhead } from '../../src/cli/threads-ahead.ts';
import { folderWith } from '../support/folder.ts';

test('only commands that code have threads started ahead, as many as their files and options let expect', async () => {
  const folder = await folderWith({ small: 'few bytes', large: '' });
  const [small, large] = [join(folder, 'small'), join(folder, 'large')];
  await truncate(large, 2 ** 30);
  expect(threadsAhead([])).toBe(0);
  expect(threadsAhead(['inspect', large])).toBe(0);
  expect(threadsAhead(['compress', small, '-o', join(folder, 'missing.fwz')])).toBe(1);
  expect(threadsAhead(['restore', large])).toBe(Math.min(4, availableParallelism()));
  expect(threadsAhead(['compress', large, '--threads', '1'])).toBe(1);
  expect(threadsAhead(['compress', large, '--memory=256MiB'])).toBe(1);
});

test('a path that cannot be looked at is left to the job', async () => {
  const folder = await folderWith({ file: 'bytes' });
  for (const path of ['x'.repeat(5000), 'with\0zero', join(folder, 'file', 'inside'), join(folder, 'missing')])
    expect(threadsAhead(['compress', path])).toBe(1);
});
