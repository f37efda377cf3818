import { join } from 'node:path';
import { expect, test } from 'vitest';
import { namedFiles, openedFiles, openFiles } from '../../src/main/opened-files.ts';
import { folderWith } from '../support/folder.ts';

test('a command line names the files that are there, and neither switches nor the program itself', async () => {
  const folder = await folderWith({ 'a.fwz': 'a', 'own/package.json': '{}' });
  const own = join(folder, 'own');
  const words = ['/usr/bin/electron', own, '--inspect', '-v', '', 'a.fwz', 'missing.fwz', join(folder, 'a.fwz')];
  expect(namedFiles(words, folder, own)).toEqual([join(folder, 'a.fwz'), join(folder, 'a.fwz')]);
  expect(namedFiles(['/usr/bin/featherweight'], folder, own)).toEqual([]);
});

test('an opened file is shown only once its folder may be read', async () => {
  const done: string[] = [];
  await openFiles(['/models/a.fwz', '/other/b.gguf'], {
    grant: (folder) => Promise.resolve(void done.push(`grant ${folder}`)),
    remember: (path) => done.push(`remember ${path}`),
    show: (path) => done.push(`show ${path}`),
  });
  const order = (folder: string, path: string) => [`grant ${folder}`, `remember ${path}`, `show ${path}`];
  expect(done).toEqual([...order('/models', '/models/a.fwz'), ...order('/other', '/other/b.gguf')]);
});

test('files wait for a window that does not listen, and are told once', () => {
  const told: string[] = [];
  const files = openedFiles((path) => told.push(path));
  files.show('/models/a.fwz');
  files.show('/models/b.fwz');
  expect([told, files.listen(), files.listen()]).toEqual([[], ['/models/a.fwz', '/models/b.fwz'], []]);
  files.show('/models/c.fwz');
  files.deafen();
  files.show('/models/d.fwz');
  expect([told, files.listen()]).toEqual([['/models/c.fwz'], ['/models/d.fwz']]);
});
