import { copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { JobRequest } from '../../src/contract/jobs.ts';
import { createHost, type RunningHost } from '../../src/host/host.ts';
import { folderWith } from '../support/folder.ts';
import { context } from '../support/jobs.ts';
import { jobOf } from './open-host.ts';

const sample = fileURLToPath(new URL('../../samples/digits.safetensors', import.meta.url));

test('a model is stored as a difference to a base that lies elsewhere, told of, found again and undone with it', async () => {
  const { host, tuned, base, inTrash } = await family();
  const before = await readFile(tuned);
  const { id, receipt } = await jobOf(host, { command: 'compress', input: tuned, bases: [base] });
  expect(receipt).toMatchObject({
    bases: [{ name: basename(base), bytes: before.length, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string }],
    basePaths: [base],
  });
  expect(receipt?.bytesOut).toBeLessThan(before.length / 20);
  const archive = `${tuned}.fwz`;
  expect((await host.call('models.inspect', { path: archive })).bases).toEqual(receipt?.bases);

  await expect(jobOf(host, { command: 'verify', archive })).rejects.toThrow(/base/i);
  expect(await jobOf(host, { command: 'verify', archive, bases: [base] })).toMatchObject({ state: 'done' });
  const output = `${tuned}.back`;
  await jobOf(host, { command: 'restore', archive, output, bases: [base] });
  expect(Buffer.compare(await readFile(output), before)).toBe(0);

  expect(await host.call('originals.replace', { run: id })).toMatchObject({ done: true });
  expect(Buffer.compare(await readFile(inTrash(tuned)), before)).toBe(0);
  await host.call('originals.undo', { run: id });
  expect(Buffer.compare(await readFile(tuned), before)).toBe(0);
});

test('an original whose base is replaced, too, comes back by the archive of that, wherever it lies', async () => {
  const { host, tuned, base } = await family();
  const before = await readFile(tuned);
  const { id } = await jobOf(host, { command: 'compress', input: tuned, bases: [base] });
  const ofBase = await jobOf(host, { command: 'compress', input: base });
  expect(await host.call('originals.replace', { run: ofBase.id })).toMatchObject({ done: true });
  expect(await host.call('originals.replace', { run: id })).toMatchObject({ done: true });
  await host.call('originals.undo', { run: id });
  expect(Buffer.compare(await readFile(tuned), before)).toBe(0);
});

test('a base outside of the allowed folders is refused before anything begins', async () => {
  const { host, tuned, outside } = await family();
  const requests: JobRequest[] = [
    { command: 'compress', input: tuned, bases: [outside] },
    { command: 'restore', archive: tuned, bases: [outside] },
    { command: 'verify', archive: tuned, bases: [outside] },
  ];
  for (const request of requests)
    await expect(host.call('jobs.start', request)).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
  expect(await host.call('jobs.list', {})).toEqual([]);
});

/** A model, and in another folder one that has other numbers in a few places. */
async function family() {
  const folder = await folderWith({ 'allowed/trash/.keep': '', 'outside/base.safetensors': 'x' });
  const allowed = join(folder, 'allowed');
  await mkdir(join(allowed, 'bases'));
  const [base, tuned] = [join(allowed, 'bases', 'base.safetensors'), join(allowed, 'tuned.safetensors')];
  await copyFile(sample, base);
  const bytes = await readFile(base);
  for (let place = bytes.length - 4000; place < bytes.length; place += 400) bytes[place]! ^= 1;
  await writeFile(tuned, bytes);
  const inTrash = (moved: string) => join(allowed, 'trash', basename(moved));
  const host: RunningHost = await createHost({
    ...context(),
    ...{ version: '0', roots: [allowed], dataFolder: join(folder, 'data'), remember: true },
    trash: (moved) => rename(moved, inTrash(moved)),
  });
  onTestFinished(() => host.close());
  return { host, base, tuned, inTrash, outside: join(folder, 'outside', 'base.safetensors') };
}
