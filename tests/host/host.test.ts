import { mkdir, readFile, writeFile } from 'node:fs/promises';
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

test('a history with a damaged row keeps nobody from working, is told of, and is left as it was', async () => {
  await using opened = await openHost();
  const dataFolder = join(opened.dataFolder, 'other');
  const warnings: string[] = [];
  const options = { engine: standInEngine, spawnWorker: () => Promise.reject(new Error()) as never, version: '0' };
  const start = () =>
    createHost({ ...options, roots: [], dataFolder, remember: true, warn: (message) => warnings.push(message) });
  const first = await start();
  await first.call('settings.set', { changes: { theme: 'dark' } });
  await first.close();
  const file = join(dataFolder, 'history.db');
  const damaged = (await readFile(file)).toString('latin1').replace('"dark"', '{dark"');
  await writeFile(file, damaged, 'latin1');
  const host = await start();
  const { remembers, historyFault } = await host.call('app.info', {});
  expect(remembers).toBe(false);
  expect(historyFault).toContain(file);
  expect(warnings).toEqual([historyFault]);
  await host.call('settings.set', { changes: { theme: 'light' } });
  await host.close();
  expect((await readFile(file)).toString('latin1')).toBe(damaged);
});

test('archives go into the one folder that was chosen, unless they are given a place, and only a folder can be chosen', async () => {
  await using opened = await openHost();
  const { host, models, outside } = opened;
  const input = join(models, 'model.safetensors');
  const folder = join(models, 'archives');
  await mkdir(folder);
  const choose = (outputFolder: string) =>
    host.call('settings.set', { changes: { outputPlace: 'folder', outputFolder } });
  for (const [wrong, code] of [
    ['archives', 'NOT_ALLOWED'],
    [outside, 'NOT_ALLOWED'],
    [join(models, 'none'), 'USAGE'],
    [input, 'USAGE'],
  ] as const)
    await expect(choose(wrong)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(`"${wrong}"`) as string,
    });
  expect(await host.call('settings.get', {})).toMatchObject({ outputPlace: 'beside' });
  await choose(folder);
  const place = async (wish: object) => {
    const { request } = await host.call('jobs.start', { command: 'compress', input, ...wish });
    return 'output' in request ? request.output : undefined;
  };
  expect(await place({})).toBe(join(folder, 'model.safetensors.fwz'));
  expect(await place({ output: join(models, 'own.fwz') })).toBe(join(models, 'own.fwz'));
  await choose('');
  expect(await place({})).toBeUndefined();
});

test('closing pauses the running job, and the next host over the same folder goes on with it and the rest', async () => {
  await using opened = await openHost();
  const { host, models, dataFolder } = opened;
  const told: Job[] = [];
  host.on('job.changed', (job) => told.push(job));
  const first = await host.call('jobs.start', { command: 'compress', input: join(models, 'slow') });
  const second = await host.call('jobs.start', { command: 'compress', input: join(models, 'b') });
  await until(() => told.some(({ state }) => state === 'compressing'));
  await host.close();
  expect(told.findLast(({ id }) => id === first.id)).toMatchObject({ state: 'paused', pausedBy: 'quit' });
  const options = {
    spawnWorker: () => Promise.reject(new Error()) as never,
    version: '0',
    roots: [models],
    dataFolder,
  };
  const next = await createHost({ ...options, engine: standInEngine, remember: true });
  await until(async () => (await next.call('jobs.list', {}))[0]?.state === 'compressing');
  const jobs = await next.call('jobs.list', {});
  expect(jobs.map(({ id }) => id)).toEqual([first.id, second.id]);
  await next.call('jobs.cancel', { id: first.id });
  await until(async () => (await next.call('jobs.list', {})).every(({ state }) => isEnded(state)));
  expect((await next.call('jobs.list', {})).map(({ state }) => state)).toEqual(['cancelled', 'done']);
  await next.close();
});

test('a job is held by hand and goes on, waiting ones change places, and ended ones leave the list', async () => {
  await using opened = await openHost();
  const { host, models } = opened;
  const states: string[] = [];
  const orders: (readonly string[])[] = [];
  host.on('queue.changed', ({ order }) => orders.push(order));
  const start = (name: string) => host.call('jobs.start', { command: 'compress', input: join(models, name) });
  const first = await start('slow');
  host.on('job.changed', ({ id, state }) => id === first.id && states.at(-1) !== state && states.push(state));
  const [second, third] = [await start('b'), await start('c')];
  await until(() => states.includes('compressing'));
  const pausing = new Promise<Job>((resolve) => host.on('job.changed', resolve));
  expect(await host.call('jobs.pause', { id: first.id })).toEqual({ done: true });
  expect(await pausing).toMatchObject({ state: 'compressing', pausedBy: 'you' });
  await until(() => states.at(-1) === 'paused');
  expect(await host.call('jobs.move', { id: third.id, before: second.id })).toEqual({ done: true });
  expect(orders.at(-1)).toEqual([first.id, third.id, second.id]);
  expect(await host.call('jobs.resume', { id: first.id })).toEqual({ done: true });
  expect(states.at(-1)).toBe('compressing');
  expect(await host.call('jobs.remove', { id: first.id })).toEqual({ done: false });
  const batch = new Promise((resolve) => host.on('batch.ended', resolve));
  await host.call('jobs.cancel', { id: first.id });
  expect(await batch).toMatchObject({ done: 2, failed: 0, bytesSaved: 800 });
  expect(orders.at(-1)).toContain(first.id);
  expect(await host.call('jobs.remove', { id: first.id })).toEqual({ done: true });
  expect(orders.at(-1)).toEqual([third.id, second.id]);
  expect((await host.call('jobs.list', {})).map(({ id }) => id)).toEqual([third.id, second.id]);
});

test('a drive without room pauses a job, which goes on by itself when there is', async () => {
  await using opened = await openHost();
  const { host, models } = opened;
  await host.call('settings.set', { changes: { diskReserveBytes: Number.MAX_SAFE_INTEGER } });
  const rooms: boolean[] = [];
  host.on('disk.changed', ({ enough }) => rooms.push(enough));
  const { id } = await host.call('jobs.start', { command: 'compress', input: join(models, 'a') });
  const job = async () => (await host.call('jobs.list', {})).find((known) => known.id === id);
  await until(async () => (await job())?.state === 'paused');
  expect(await job()).toMatchObject({ pausedBy: 'disk', disk: { folder: models } });
  await host.call('settings.set', { changes: { diskReserveBytes: 1 } });
  await until(async () => (await job())?.state === 'done');
  expect(rooms).toEqual([false, true]);
});

test('settings outlast the host, and a stored one that is not known is left out', async () => {
  await using opened = await openHost();
  await opened.host.call('settings.set', { changes: { theme: 'dark', threads: 3 } });
  await opened.host.close();
  const options = { spawnWorker: () => Promise.reject(new Error()) as never, version: '0', roots: [] };
  const next = await createHost({
    ...{ ...options, dataFolder: opened.dataFolder },
    ...{ engine: standInEngine, remember: true },
  });
  expect(await next.call('settings.get', {})).toMatchObject({ theme: 'dark', threads: 3, motion: 'system' });
  await next.close();
});

test('results are found again, with their tensors, steps and figures side by side', async () => {
  await using opened = await openHost();
  const { host, models } = opened;
  const all = ended(host, 1);
  const { id } = await host.call('jobs.start', { command: 'compress', input: join(models, 'a') });
  await all;
  expect(await host.call('runs.list', { search: 'MODEL' })).toMatchObject({ total: 1, runs: [{ id }] });
  expect(await host.call('runs.list', { search: 'b%' })).toMatchObject({ total: 0 });
  const { waterfall } = await host.call('runs.get', { id });
  const [original, ...steps] = waterfall;
  const archive = steps.pop();
  expect(original!.bytes + steps.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(archive!.bytes);
  expect(await host.call('runs.tensors', { id })).toMatchObject({
    total: 1,
    tensors: [
      {
        name: 'layer.0.weight',
        leansOn: [
          { to: 'w', slices: [1] },
          { to: 'base.gguf', isBase: true },
        ],
      },
    ],
  });
  expect(await host.call('runs.compare', { ids: [id, id] })).toMatchObject([{ ratio: 0.6 }, { ratio: 0.6 }]);
  await expect(host.call('runs.get', { id: 'none' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 2));
}
