import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openTask } from '../../../src/evaluation/task/read.ts';
import { folderWith } from '../../support/folder.ts';

test('a folder is no task file, and is named', async () => {
  const folder = await folderWith({ 'task.json': '{}' });
  await expect(openTask(folder)).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining(`"${folder}" is no file`) as string,
  });
});

test('a metric may be named again with other settings only', async () => {
  const inputs = [{ from: 'constant', value: 1 }];
  const metrics = [{ metric: 'top-1' }, { metric: 'top-1', against: 'original' }];
  const task = (more: object) => JSON.stringify({ task: 1, title: 'T', inputs, ...more });
  const folder = await folderWith({
    'two.json': task({ metrics }),
    'twice.json': task({ metrics: [...metrics, { metric: 'top-1', against: 'target' }] }),
  });
  expect((await openTask(join(folder, 'two.json'))).task.metrics).toHaveLength(2);
  await expect(openTask(join(folder, 'twice.json'))).rejects.toMatchObject({
    code: 'MALFORMED',
    message: expect.stringContaining('metrics: a metric is named twice') as string,
  });
});
