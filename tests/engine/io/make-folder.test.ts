import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from '../../../src/engine/io/make-folder.ts';
import { folderWith } from '../../support/folder.ts';

test('a folder is made with those around it, by several at once, and is there before', async () => {
  const root = await folderWith({ file: '' });
  const path = join(root, 'a', 'b', 'c');
  await Promise.all(Array.from({ length: 8 }, () => makeFolder(path)));
  await makeFolder(path);
  await makeFolder(join(root, 'd', '/'));
  expect((await readdir(root, { recursive: true })).sort()).toEqual(
    ['a', 'a/b', 'a/b/c', 'd', 'file'].map((name) => join(name)),
  );
  await expect(makeFolder(join(root, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(makeFolder(join(root, 'file', 'a', 'b'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});

test.runIf(process.platform === 'linux')(
  'where no folders can be made that is told, and nothing goes on for ever',
  async () => {
    await expect(makeFolder('/proc/nowhere/at/all')).rejects.toMatchObject({ code: 'ENOENT' });
  },
);
