import { existsSync } from 'node:fs';
import { copyFile, readFile, rename, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { createHost, type RunningHost } from '../../src/host/host.ts';
import { folderWith } from '../support/folder.ts';
import { context } from '../support/jobs.ts';

const sample = fileURLToPath(new URL('../../samples/digits.safetensors', import.meta.url));

test('an original goes to the trash only as it was proved, and comes back to its place byte for byte', async () => {
  const { host, path, inTrash, run } = await compressed(true);
  const before = await readFile(path);
  const plan = await host.call('originals.replace', { run, dryRun: true });
  expect(plan).toMatchObject({ files: [{ path, bytes: before.length }], problems: [], done: false });
  expect(plan.gained).toBeGreaterThan(0);
  expect(existsSync(path)).toBe(true);

  await writeFile(path, 'changed since');
  const refused = await host.call('originals.replace', { run });
  expect(refused).toMatchObject({ done: false, problems: [expect.stringContaining('has changed')] });
  expect(await readFile(path, 'utf8')).toBe('changed since');
  await copyFile(sample, path);
  await utimes(path, 1, 1);

  expect(await host.call('originals.replace', { run })).toMatchObject({ done: true });
  expect([existsSync(path), existsSync(inTrash(path))]).toEqual([false, true]);
  expect(await host.call('originals.list', {})).toMatchObject([{ run, files: [{ path }] }]);
  expect(await host.call('originals.undo', { run })).toEqual({ files: [path] });
  expect(await readFile(path)).toEqual(before);
  const [original] = await host.call('originals.list', {});
  expect(original?.undone).toBeGreaterThan(0);
  await expect(host.call('originals.undo', { run })).rejects.toMatchObject({ code: 'USAGE' });
});

test('without a trash the original is kept, and that is said', async () => {
  const { host, path, run } = await compressed(false);
  const kept = await host.call('originals.replace', { run });
  expect(kept).toMatchObject({ done: false, problems: [expect.stringContaining('no trash')] });
  expect(existsSync(path)).toBe(true);
});

async function compressed(hasTrash: boolean) {
  const folder = await folderWith({ 'trash/.keep': '' });
  const path = join(folder, 'digits.safetensors');
  await copyFile(sample, path);
  const inTrash = (moved: string) => join(folder, 'trash', basename(moved));
  const host: RunningHost = await createHost({
    ...context(),
    ...{ version: '0', roots: [folder], dataFolder: join(folder, 'data'), remember: true },
    trash: hasTrash ? (moved) => rename(moved, inTrash(moved)) : undefined,
  });
  onTestFinished(() => host.close());
  const ended = new Promise<string>((resolve, reject) =>
    host.on('job.changed', ({ id, state, error }) => {
      if (state === 'done') resolve(id);
      if (state === 'failed') reject(new Error(error?.message));
    }),
  );
  await host.call('jobs.start', { command: 'compress', input: path });
  return { host, path, inTrash, run: await ended };
}
