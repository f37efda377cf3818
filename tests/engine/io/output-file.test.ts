import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { OutputFile } from '../../../src/engine/io/output-file.ts';
import { folderWith } from '../../support/folder.ts';

test('an unfinished file that is gone or became another is told apart, and gets no final name', async () => {
  const folder = await folderWith({});
  const place = join(folder, 'out');
  await mkdir(place);
  const path = join(place, 'a.fwz');
  {
    await using file = await OutputFile.create(path, { overwrite: false, inputs: [] });
    await rm(place, { recursive: true });
    await expect(file.commit()).rejects.toMatchObject({ code: 'IO', facts: { path: file.partialPath } });
  }
  await mkdir(place);
  {
    await using file = await OutputFile.create(path, { overwrite: false, inputs: [] });
    await rename(file.partialPath, join(place, 'moved'));
    await writeFile(file.partialPath, 'of another');
    await expect(file.commit()).rejects.toMatchObject({ code: 'USAGE' });
  }
  expect((await readdir(place)).filter((name) => name.endsWith('.fwz'))).toEqual([]);
});
