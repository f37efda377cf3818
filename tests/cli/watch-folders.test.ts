import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { watchFolders } from '../../src/cli/commands/watch-folders.ts';
import { folderWith } from '../support/folder.ts';

test('new files are noticed once they have settled, and what the batch writes itself is not', async () => {
  const zoo = await folderWith({ 'a.safetensors': 'x' });
  const output = join(zoo, 'archives');
  await mkdir(output);
  await using watching = await watchFolders([zoo], output, { quiet: 150, poll: 20 });
  const controller = new AbortController();
  const isSettled = watching.settled(controller.signal).then(() => true);
  await writeFile(join(output, 'report.html'), 'x');
  await writeFile(join(zoo, 'b.safetensors.fwz'), 'x');
  expect(await Promise.race([isSettled, wait(800).then(() => false)])).toBe(false);
  await writeFile(join(zoo, 'b.safetensors'), 'x');
  expect(await isSettled).toBe(true);
  const again = watching.settled(controller.signal);
  controller.abort();
  await expect(again).rejects.toThrow();
});
