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
