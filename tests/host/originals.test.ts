import { existsSync } from 'node:fs';
import { copyFile, readdir, readFile, rename, rmdir, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { Job, Receipt } from '../../src/contract/jobs.ts';
import type { Settings } from '../../src/contract/settings.ts';
import { createHost, type HostOptions, type RunningHost } from '../../src/host/host.ts';
import { folderWith } from '../support/folder.ts';
import { context } from '../support/jobs.ts';
import { jobOf } from './open-host.ts';

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
  // Once more finds it in its place; what was made of it since is nobody's to undo.
  expect(await host.call('originals.undo', { run })).toEqual({ files: [path] });
  await writeFile(path, 'changed since');
  await expect(host.call('originals.undo', { run })).rejects.toMatchObject({ code: 'USAGE' });
  expect(await readFile(path, 'utf8')).toBe('changed since');
});

test('a file of the same size and age that took the place of an original is read before it would go', async () => {
  const { host, path, run } = await compressed(true);
  const other = await readFile(path);
  other[other.length - 1]! ^= 1;
  await writeFile(`${path}.other`, other);
  await utimes(`${path}.other`, 1, 1);
  await rename(`${path}.other`, path);
  await expect(host.call('originals.replace', { run })).rejects.toMatchObject({ code: 'DIFFERENT' });
  expect(Buffer.compare(await readFile(path), other)).toBe(0);
});

test('a folder of which everything went to the trash comes back where it was, though it is gone itself', async () => {
  const folder = await folderWith({ 'trash/.keep': '', 'model/config.json': '{}' });
  const input = join(folder, 'model');
  await copyFile(sample, join(input, 'digits.safetensors'));
  const host = await hostOf(folder, (moved) => rename(moved, join(folder, 'trash', basename(moved))));
  const { id } = await jobOf(host, { command: 'compress', input });
  expect(await host.call('originals.replace', { run: id })).toMatchObject({ done: true });
  await rmdir(input);
  await host.call('originals.undo', { run: id });
  expect((await readdir(input)).sort()).toEqual(['config.json', 'digits.safetensors']);
  expect((await readdir(folder)).sort()).toEqual(['data', 'model', 'model.fwz', 'model.fwz.receipt.json', 'trash']);
});

test('without a trash the original is kept, and that is said', async () => {
  const { host, path, run } = await compressed(false);
  const kept = await host.call('originals.replace', { run });
  expect(kept).toMatchObject({ done: false, problems: [expect.stringContaining('no trash')] });
  expect(existsSync(path)).toBe(true);
});

test('as the settings ask, the original of a proved archive goes to the trash, and the receipt lies beside', async () => {
  const { path, inTrash } = await compressed(true, { afterVerify: 'trash' });
  expect([existsSync(path), existsSync(inTrash(path))]).toEqual([false, true]);
  const receipt = JSON.parse(await readFile(`${path}.fwz.receipt.json`, 'utf8')) as Receipt;
  expect(receipt).toMatchObject({ command: 'compress', input: path, output: `${path}.fwz`, proved: ['bytes'] });
});

test('a receipt replaces an older one of its archive, and never a file of somebody else', async () => {
  const { host, path, job } = await compressed(false);
  const receipt = `${path}.fwz.receipt.json`;
  const again = (): Promise<Job> =>
    jobOf(host, { command: 'compress', input: path, output: `${path}.fwz`, overwrite: true });
  // As a kill in the midst of writing it leaves it.
  await writeFile(`${receipt}.fw-partial`, '{\n  "command": ');
  expect((await again()).receipt?.notices).toEqual(job.receipt?.notices);
  expect((JSON.parse(await readFile(receipt, 'utf8')) as Receipt).output).toBe(`${path}.fwz`);
  expect((await readdir(dirname(receipt))).filter((name) => name.includes('partial'))).toEqual([]);
  for (const stranger of ['{"paid": 12}', 'no JSON', 'null']) {
    await writeFile(receipt, stranger);
    expect((await again()).receipt?.notices).toContainEqual(expect.stringContaining('another file has its name'));
    expect(await readFile(receipt, 'utf8')).toBe(stranger);
  }
});

test('an original that cannot go to the trash is kept, and the job says so and is done', async () => {
  const { path, job } = await compressed(false, { afterVerify: 'trash', receiptBesideFile: false });
  expect([existsSync(path), existsSync(`${path}.fwz.receipt.json`)]).toEqual([true, false]);
  expect(job.receipt?.notices).toContainEqual(expect.stringContaining('no trash'));
});

async function compressed(hasTrash: boolean, changes: Partial<Settings> = {}) {
  const folder = await folderWith({ 'trash/.keep': '' });
  const path = join(folder, 'digits.safetensors');
  await copyFile(sample, path);
  const inTrash = (moved: string) => join(folder, 'trash', basename(moved));
  const host = await hostOf(folder, hasTrash ? (moved) => rename(moved, inTrash(moved)) : undefined);
  await host.call('settings.set', { changes });
  const job = await jobOf(host, { command: 'compress', input: path });
  return { host, path, inTrash, job, run: job.id };
}

async function hostOf(folder: string, trash: HostOptions['trash']): Promise<RunningHost> {
  const places = { version: '0', roots: [folder], dataFolder: join(folder, 'data'), remember: true };
  const host = await createHost({ ...context(), ...places, trash });
  onTestFinished(() => host.close());
  return host;
}
