import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openHost } from '../open-host.ts';

test('folders stand first also where more is in a folder than is shown, since each may lead on', async () => {
  await using opened = await openHost();
  const { host, models } = opened;
  const path = join(models, 'many');
  await mkdir(join(path, 'zz'), { recursive: true });
  for (let number = 0; number < 1001; number += 1) await writeFile(join(path, `f${number}`), '');
  const { entries, truncated } = await host.call('files.list', { path });
  expect([entries[0]?.name, entries[1]?.name, entries.length, truncated]).toEqual(['zz', 'f0', 1000, true]);
});

test("the program's own folder is told from those that it was opened for", async () => {
  await using opened = await openHost();
  const roots = await opened.host.call('files.roots', {});
  expect(roots.map(({ name, isOwn }) => [name, isOwn])).toEqual([
    ['models', false],
    ['work', true],
  ]);
});
