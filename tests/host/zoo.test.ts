import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ZooRun } from '../../src/contract/zoo.ts';
import { createHost } from '../../src/host/host.ts';
import { context } from '../support/jobs.ts';
import { writeZoo } from '../support/zoos.ts';

async function openZoo() {
  const folder = await mkdtemp(join(tmpdir(), 'featherweight-zoo-'));
  const [zoo, out, dataFolder] = [join(folder, 'zoo'), join(folder, 'out'), join(folder, 'data')];
  await writeZoo(zoo, 0);
  await mkdir(out);
  const { spawnWorker } = context();
  const host = await createHost({ spawnWorker, version: '0.0.0', roots: [zoo, out], dataFolder, remember: false });
  onTestFinished(async () => {
    await host.close();
    await rm(folder, { recursive: true, force: true });
  });
  const changes: ZooRun[] = [];
  host.on('zoo.changed', (run) => changes.push(run));
  return { host, zoo, out, folder, changes };
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
  expect((await host.call('zoo.planned', {})).models.some(({ action }) => action === 'family')).toBe(true);

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
