import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isEnded, isWorking, type Job, type JobRequest } from '../../src/contract/jobs.ts';
import type { Host } from '../../src/contract/host.ts';
import { createHost } from '../../src/host/host.ts';
import { openHost } from './open-host.ts';
import { standInEngine } from './stand-in-engine.ts';

/** Resolves with each job's last state once `count` jobs have ended. */
function ended(host: Host, count: number): Promise<readonly Job[]> {
  return new Promise((resolve) => {
    const jobs = new Map<string, Job>();
    host.on('job.changed', (job) => {
      if (isEnded(job.state)) jobs.set(job.id, job);
      if (jobs.size === count) resolve([...jobs.values()]);
    });
  });
}

test('jobs run one after another, in the order they were asked for, and a failed one stops none', async () => {
  await using opened = await openHost();
  const { host, models } = opened;
  const running = new Set<string>();
  const order: string[] = [];
  let most = 0;
  host.on('job.changed', ({ id, state, name }) => {
    if (isWorking(state) && !running.has(id)) order.push(name);
    if (isWorking(state)) running.add(id);
    else running.delete(id);
    most = Math.max(most, running.size);
  });
  const all = ended(host, 4);
  const requests: readonly JobRequest[] = [
    { command: 'compress', input: join(models, 'a') },
    { command: 'compress', input: join(models, 'bad') },
    { command: 'restore', archive: join(models, 'c.fwz') },
    { command: 'verify', archive: join(models, 'd.fwz') },
  ];
  for (const request of requests) await host.call('jobs.start', request);
  const jobs = await all;
  expect(most).toBe(1);
  expect(order).toEqual(['a', 'bad', 'c.fwz', 'd.fwz']);
  expect(jobs.map(({ state }) => state)).toEqual(['done', 'failed', 'done', 'done']);
  expect(jobs[1]?.error).toEqual({ code: 'MALFORMED', message: 'The header is 9 bytes long; 8 were found.' });
  expect(jobs[3]?.receipt?.proved).toEqual(['checksums', 'tensors', 'files']);
});

test('a job that waits is dropped without being started, and the one that runs goes on', async () => {
  await using opened = await openHost();
  const { host, models } = opened;
  const first = await host.call('jobs.start', { command: 'compress', input: join(models, 'slow') });
  const second = await host.call('jobs.start', { command: 'compress', input: join(models, 'slow-2') });
  const states: string[] = [];
  host.on('job.changed', ({ id, state }) => id === second.id && states.push(state));
  await host.call('jobs.cancel', { id: second.id });
  const all = ended(host, 1);
  await host.call('jobs.cancel', { id: first.id });
  expect((await all)[0]).toMatchObject({ id: first.id, state: 'cancelled', error: { code: 'CANCELLED' } });
  expect(states).toEqual(['cancelled']);
});

test('a request is taken only when all its paths lie in allowed folders', async () => {
  await using opened = await openHost();
  const { host, models, outside } = opened;
  const within = join(models, 'model.safetensors');
  const requests: readonly JobRequest[] = [
    { command: 'compress', input: outside },
    { command: 'compress', input: within, output: join(outside, 'x.fwz') },
    { command: 'restore', archive: within, output: join(outside, 'x') },
    { command: 'verify', archive: within, against: outside },
  ];
  for (const request of requests)
    await expect(host.call('jobs.start', request)).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
  await host.access.grant(outside);
  await expect(host.call('jobs.start', requests[0]!)).resolves.toMatchObject({ state: 'queued' });
});

test('tensors come by the page, largest first, and can be searched for by name and dtype', async () => {
  await using opened = await openHost();
  const path = join(opened.models, 'model.safetensors');
  const { host } = opened;
  const first = await host.call('models.tensors', { path });
  expect([first.tensors.length, first.total]).toEqual([200, 1200]);
  const sizes = first.tensors.map(({ byteLength }) => byteLength);
  expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  const last = await host.call('models.tensors', { path, offset: 1100, limit: 1000 });
  expect(last.tensors).toHaveLength(100);
  expect((await host.call('models.tensors', { path, search: 'LAYER.77.' })).tensors.map(({ name }) => name)).toEqual([
    'layer.77.weight',
  ]);
  expect((await host.call('models.tensors', { path, search: 'bf16' })).total).toBe(600);
});

test('what was finished is remembered by the next host over the same folder', async () => {
  await using opened = await openHost();
  const { host, models, dataFolder } = opened;
  const all = ended(host, 1);
  await host.call('jobs.start', { command: 'verify', archive: join(models, 'd.fwz') });
  await all;
  const options = { spawnWorker: () => Promise.reject(new Error()) as never, version: '0', roots: [], dataFolder };
  const next = await createHost({ ...options, engine: standInEngine, remember: true });
  expect(await next.call('runs.recent', {})).toMatchObject([{ command: 'verify', name: 'd.fwz' }]);
  await next.close();
});

test('a history that cannot be opened is told of, and work goes on', async () => {
  await using opened = await openHost();
  const { models, dataFolder } = opened;
  const other = join(dataFolder, 'other');
  const warnings: string[] = [];
  const options = { engine: standInEngine, spawnWorker: () => Promise.reject(new Error()) as never, version: '0' };
  await createHost({ ...options, roots: [], dataFolder: other, remember: false }).then((host) => host.close());
  await writeFile(join(other, 'history.db'), 'no database at all '.repeat(99));
  const host = await createHost({
    ...{ ...options, roots: [models], dataFolder: other, remember: true },
    warn: (message) => warnings.push(message),
  });
  expect(warnings).toHaveLength(1);
  expect(await host.call('app.info', {})).toMatchObject({ remembers: false });
  const all = ended(host, 1);
  await host.call('jobs.start', { command: 'verify', archive: join(models, 'd.fwz') });
  expect((await all)[0]?.state).toBe('done');
  await host.close();
});

test('closing stops the running job', async () => {
  const opened = await openHost();
  const { host, models } = opened;
  const all = ended(host, 1);
  await host.call('jobs.start', { command: 'compress', input: join(models, 'slow') });
  await opened[Symbol.asyncDispose]();
  expect((await all)[0]?.state).toBe('cancelled');
});
