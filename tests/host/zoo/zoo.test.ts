import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ZooRun } from '../../../src/contract/zoo.ts';
import { createHost } from '../../../src/host/host.ts';
import { context } from '../../support/jobs.ts';
import { writeZoo } from '../../support/zoos.ts';

/** Opens the application over a zoo; `reopen` ends it and starts it again. */
async function openZoo() {
  const folder = await mkdtemp(join(tmpdir(), 'featherweight-zoo-'));
  const [zoo, out, dataFolder] = [join(folder, 'zoo'), join(folder, 'out'), join(folder, 'data')];
  await writeZoo(zoo, 0);
  await mkdir(out);
  const { spawnWorker } = context();
  const open = () => createHost({ spawnWorker, version: '0.0.0', roots: [zoo, out], dataFolder, remember: true });
  let host = await open();
  onTestFinished(async () => {
    await host.close();
    await rm(folder, { recursive: true, force: true });
  });
  const changes: ZooRun[] = [];
  host.on('zoo.changed', (run) => changes.push(run));
  const reopen = async () => {
    await host.close();
    host = await open();
    return host;
  };
  return { host, zoo, out, folder, changes, reopen };
}

test('a zoo is scanned, planned, carried out and reported, in that order', async () => {
  const { host, zoo, out, folder, changes } = await openZoo();
  await expect(host.call('zoo.models', {})).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  await expect(host.call('zoo.scan', { roots: [folder] })).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
  const { models } = await host.call('zoo.scan', { roots: [zoo] });
  expect(await host.call('zoo.models', { offset: 1, limit: 2 })).toMatchObject({ total: models });
  await expect(host.call('zoo.start', {})).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  const plan = await host.call('zoo.plan', { output: out, recipe: { preset: 'quick' } });
  expect(plan).toMatchObject({ models, output: out });
  const { models: planned } = await host.call('zoo.planned', {});
  expect(planned.some(({ action }) => action === 'family')).toBe(true);
  expect(plan.archives).toBe(planned.filter(({ action }) => action !== 'skip').length);

  const started = await host.call('zoo.start', { threads: 1 });
  expect(started.state).toBe('running');
  await expect(host.call('zoo.scan', { roots: [zoo] })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  await expect.poll(async () => (await host.call('zoo.state', {})).state, { timeout: 60_000 }).toBe('done');
  expect(changes.at(-1)).toMatchObject({ state: 'done', done: models, failed: 0 });
  const report = await host.call('zoo.report', {});
  for (const { archive, bytesOut } of report.rows)
    if (archive !== undefined) expect((await stat(join(out, archive))).size).toBe(bytesOut);
  expect(report.rows.reduce((sum, { bytesOut }) => sum + bytesOut, 0)).toBe(report.bytesOut);
}, 90_000);

test('a run is cancelled and gone on with', async () => {
  const { host, zoo, out } = await openZoo();
  await host.call('zoo.scan', { roots: [zoo] });
  await host.call('zoo.plan', { output: out, recipe: { preset: 'quick' } });
  await host.call('zoo.start', { threads: 1 });
  expect((await host.call('zoo.cancel', {})).state).toBe('cancelled');
  await host.call('zoo.start', { threads: 1 });
  await expect.poll(async () => (await host.call('zoo.state', {})).state, { timeout: 60_000 }).toBe('done');
}, 90_000);

test('scan, plan, wishes and what was done outlast the program, and a run that it ended goes on by itself', async () => {
  const { host, zoo, out, reopen } = await openZoo();
  const summary = await host.call('zoo.scan', { roots: [zoo] });
  const recipe = { preset: 'quick', rules: [{ match: 'run/**', action: 'skip' }] } as const;
  const plan = await host.call('zoo.plan', { output: out, recipe: { ...recipe, rules: [...recipe.rules] } });
  const { revision } = await host.call('zoo.start', { threads: 1 });
  const again = await reopen();
  expect(await again.call('zoo.last', {})).toEqual({ summary, plan });
  expect((await again.call('zoo.state', {})).revision).toBeGreaterThan(revision);
  await expect.poll(async () => (await again.call('zoo.state', {})).state, { timeout: 60_000 }).toBe('done');
  const report = await again.call('zoo.report', {});
  const last = await reopen();
  expect(await last.call('zoo.report', {})).toEqual(report);
  expect((await last.call('zoo.state', {})).state).toBe('done');
}, 90_000);

test('a run that was cancelled stays so when the program begins again, and goes on when asked', async () => {
  const { host, zoo, out, reopen } = await openZoo();
  await host.call('zoo.scan', { roots: [zoo] });
  await host.call('zoo.plan', { output: out, recipe: { preset: 'quick' } });
  await host.call('zoo.start', { threads: 1 });
  await host.call('zoo.cancel', {});
  const again = await reopen();
  expect((await again.call('zoo.state', {})).state).toBe('cancelled');
  await again.call('zoo.start', { threads: 1 });
  await expect(again.call('zoo.start', { threads: 1 })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  await expect.poll(async () => (await again.call('zoo.state', {})).state, { timeout: 60_000 }).toBe('done');
}, 90_000);

test('a run that the program ended waits for a folder that is not there', async () => {
  const { host, zoo, out, folder, reopen } = await openZoo();
  const family = join(zoo, 'family');
  await host.call('zoo.scan', { roots: [family] });
  await host.call('zoo.plan', { output: out, recipe: { preset: 'quick' } });
  await host.call('zoo.start', { threads: 1 });
  await host.close();
  await rename(family, join(folder, 'away'));
  const without = await reopen();
  expect((await without.call('zoo.state', {})).state).toBe('cancelled');
  await rename(join(folder, 'away'), family);
  const again = await reopen();
  await expect.poll(async () => (await again.call('zoo.state', {})).state, { timeout: 60_000 }).toBe('done');
  expect((await again.call('zoo.report', {})).states).toMatchObject({ done: 3, failed: 0 });
}, 90_000);

test('what failed is tried again, one or all, and the report stays whole', async () => {
  const { host, zoo, out } = await openZoo();
  const ways = ['copies/copy of base.safetensors.fwz', 'family/other.safetensors.fwz'].map((name) => join(out, name));
  for (const way of ways) {
    await mkdir(dirname(way), { recursive: true });
    await writeFile(way, 'in the way');
  }
  const ended = () =>
    expect.poll(async () => (await host.call('zoo.state', {})).state, { timeout: 60_000 }).toBe('done');
  await host.call('zoo.scan', { roots: [zoo] });
  await host.call('zoo.plan', { output: out, recipe: { preset: 'quick' } });
  await host.call('zoo.start', { threads: 1 });
  await ended();
  const failed = await host.call('zoo.report', { state: 'failed' });
  expect(
    failed.rows
      .map(({ id }) => `${id}.fwz`)
      .map((name) => join(out, name))
      .sort(),
  ).toEqual(ways);
  const [first] = failed.rows;
  for (const way of ways) await rm(way);
  await host.call('zoo.retry', { ids: [first!.id, 'a stranger'] });
  await ended();
  expect((await host.call('zoo.state', {})).failed).toBe(1);
  await host.call('zoo.retry', {});
  await ended();
  const report = await host.call('zoo.report', {});
  expect(report.states).toMatchObject({ failed: 0 });
  expect(report.total).toBe(failed.models);
}, 90_000);
