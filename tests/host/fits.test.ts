import { cp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { calls } from '../../src/contract/calls.ts';
import { mostTrials, type FitJob, type FitRequest } from '../../src/contract/fits.ts';
import { mostFits } from '../../src/evaluation/joint/ablate/ablate.ts';
import { createHost, type RunningHost } from '../../src/host/host.ts';
import { evaluationContext } from '../evaluation/support.ts';
import { writeLinearTask } from '../support/linear-task.ts';
import { openHost } from './open-host.ts';

const { spawnWorker, spawnEvaluation } = evaluationContext();

async function ended(host: RunningHost, request: FitRequest): Promise<readonly FitJob[]> {
  const states: FitJob[] = [];
  const end = Promise.withResolvers<undefined>();
  const stop = host.on('fit.changed', (job) => {
    states.push(job);
    if (job.state !== 'queued' && job.state !== 'running') end.resolve(undefined);
  });
  await host.call('fits.start', request);
  await end.promise.finally(stop);
  return states;
}

test('a front is measured, one of its sizes is made, and every candidate is remembered with its tensors', async () => {
  await using opened = await openHost({ spawnWorker, spawnEvaluation });
  const { host, models } = opened;
  const { model: input, task } = await writeLinearTask(models);
  const front = await ended(host, { input, target: { front: [0.2, 0.12] } });
  for (const state of front) expect(calls['fits.start'].output.parse(state)).toEqual(state);
  const last = front.at(-1);
  expect(last).toMatchObject({ state: 'done', receipt: { learnedFrom: 'pseudo', metrics: [] } });
  expect((await readdir(models)).filter((name) => name.endsWith('.fwz'))).toEqual([]);
  const tried = await host.call('fits.candidates', { path: input });
  expect(tried.length).toBe(last?.candidates);
  expect(tried.map(({ bytes }) => bytes)).toEqual(tried.map(({ bytes }) => bytes).sort((a, b) => a - b));

  const [smallest] = tried;
  const bytes = smallest?.bytes ?? 0;
  const made = (await ended(host, { input, task, calibrate: 60, inSequence: true, target: { bytes } })).at(-1);
  expect(made).toMatchObject({
    state: 'done',
    request: { inSequence: true },
    receipt: { learnedFrom: 'task', items: 60 },
  });
  const { single, fitted, distance } = made?.receipt ?? {};
  expect(single?.metrics.map(({ title }) => title)).toEqual(made?.receipt?.metrics.map(({ title }) => title));
  expect(single?.method).toMatch(/^[a-z-]+:[a-z]+=/);
  expect(single?.distance).toBe(distance);
  expect(fitted?.distance).toBeGreaterThan(distance!);
  const output = made?.receipt?.output ?? '';
  expect((await stat(output)).size).toBe(made?.receipt?.bytesOut);
  expect(made?.receipt?.bytesOut).toBeLessThanOrEqual(bytes);
  const measured = (await host.call('fits.candidates', { path: input })).filter(({ metrics }) => metrics !== undefined);
  // As few inputs are known as here, rounding each weight by itself is better, and that is what is made.
  expect(measured.map((one) => one.bytes)).toEqual([fitted?.bytes]);
  expect(single?.bytes).toBe(made?.receipt?.bytesOut);
  const { tensors } = await host.call('fits.tensors', { fit: smallest?.fit ?? '', number: smallest?.number ?? 0 });
  expect(tensors).toMatchObject([{ name: 'weight', count: 16_384 }]);
  expect(tensors[0]?.relativeError).toBeGreaterThan(0);
  expect(tensors[0]?.relativeError).toBeLessThan(1);
  // A candidate says how to come to it again, whatever is asked for meanwhile.
  expect(measured[0]?.ways).toEqual({ task, calibrate: 60, inSequence: true });
  expect(smallest?.ways).toEqual({});
  expect(tensors[0]?.bits).toBeLessThan(5);
  await expect(host.call('fits.tensors', { fit: 'none', number: 1 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(
    host.call('fits.start', { input: join(opened.outside, 'secret.txt'), target: { bits: 3 } }),
  ).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
}, 300_000);

test('what a fit learns from may have come with the program, and may not lead out of the folders that are open', async () => {
  await using opened = await openHost({ spawnWorker, spawnEvaluation });
  const { host, models } = opened;
  const { model: input } = await writeLinearTask(models);
  const [bundled] = (await host.call('tasks.list', {})).filter(({ hasData }) => hasData);
  host.on('fit.changed', ({ id, state }) => {
    if (state === 'running') void host.call('fits.cancel', { id });
  });
  expect((await ended(host, { input, task: bundled?.path ?? '', target: { bits: 4 } })).at(-1)?.state).toBe(
    'cancelled',
  );
  const task = join(models, 'out.json');
  const inputs = [{ from: 'arrays', data: { file: '../outside/secret.txt', type: 'uint8' }, shape: [1] }];
  await writeFile(task, JSON.stringify({ task: 1, title: 'Out', inputs }));
  await expect(host.call('fits.start', { input, task, target: { bits: 4 } })).rejects.toMatchObject({
    code: 'NOT_ALLOWED',
  });
});

test('fits that tell what parts are worth say which goes on and how many may come, and are stopped at once', async () => {
  await using opened = await openHost({ spawnWorker, spawnEvaluation });
  const { host, models } = opened;
  const { model: input, task } = await writeLinearTask(models);
  for (const refused of [
    { target: { front: [0.2, 0.1] }, task },
    { target: { drop: 0.1 }, task },
    { target: { bits: 4 } },
  ])
    expect((await ended(host, { input, ...refused, ablate: true })).at(-1)).toMatchObject({
      state: 'failed',
      error: { code: 'USAGE' },
    });
  const stop = host.on('fit.changed', ({ id, trial }) => {
    if (trial?.number === 3) void host.call('fits.cancel', { id });
  });
  const states = await ended(host, { input, task, target: { bits: 4 }, ablate: true });
  stop();
  for (const state of states) expect(calls['fits.start'].output.parse(state)).toEqual(state);
  expect(states.at(-1)?.state).toBe('cancelled');
  const trials = states.flatMap(({ trial }) => trial ?? []);
  expect(trials[0]).toEqual({ part: 'everything', change: 'with', number: 1, left: mostTrials });
  expect(trials.at(-1)).toMatchObject({ part: 'feedback', change: 'without', number: 3 });
  // Only candidates of the fit that was asked for are kept.
  const tried = await host.call('fits.candidates', { path: input });
  expect(new Set(tried.map(({ number }) => number)).size).toBe(tried.length);
  expect(tried.length).toBe(states.at(-1)?.candidates);
}, 300_000);

test('fits that the end of the program interrupted wait at the next start, and go on or are forgotten as they were asked for', async () => {
  await using opened = await openHost({ spawnWorker, spawnEvaluation });
  const { host, models, dataFolder } = opened;
  const { model: input, task } = await writeLinearTask(models);
  const start = (folder: string) =>
    createHost({
      ...{ spawnWorker, spawnEvaluation, version: '0.0.0', roots: [models], dataFolder: folder, remember: true },
    });
  const requests: readonly FitRequest[] = [
    { input, task, calibrate: 60, inSequence: true, target: { bits: 4 } },
    { input, target: { bits: 3 }, output: join(models, 'other.fwz') },
  ];
  const tried = Promise.withResolvers<undefined>();
  host.on('fit.changed', ({ candidates = 0 }) => candidates > 0 && tried.resolve(undefined));
  const asked = [];
  for (const request of requests) asked.push(await host.call('fits.start', request));
  const ids = asked.map(({ id }) => id);
  await tried.promise;
  // What a kill would leave at this moment.
  const killed = `${dataFolder} killed`;
  await cp(dataFolder, killed, { recursive: true });
  const before = await host.call('fits.candidates', { path: input });
  await host.close();

  for (const folder of [killed, dataFolder]) {
    const again = await start(folder);
    try {
      const waiting = await again.call('fits.running', {});
      expect(calls['fits.running'].output.parse(waiting)).toEqual(waiting);
      expect(waiting.map(({ id, state, request }) => ({ id, state, request }))).toEqual(
        ids.map((id, place) => ({ id, state: 'interrupted', request: requests[place] })),
      );
      for (const { revision } of waiting) expect(revision).toBeGreaterThan(1e6);
      expect((await readdir(models)).filter((name) => name.includes('.fwz'))).toEqual([]);
    } finally {
      await again.close();
    }
  }

  const [first = '', second = ''] = ids;
  const [left, strange] = ['other.fwz.partial', 'other.fwz.partial-abcdef'];
  for (const name of [left, strange]) await writeFile(join(models, name), '');
  const again = await start(dataFolder);
  const ending = Promise.withResolvers<FitJob>();
  again.on('fit.changed', (job) => job.id === first && job.state === 'done' && ending.resolve(job));
  expect(await again.call('fits.resume', { id: 'none' })).toEqual({ resumed: false });
  expect(await again.call('fits.resume', { id: first })).toEqual({ resumed: true });
  expect(await again.call('fits.resume', { id: first })).toEqual({ resumed: false });
  expect(await again.call('fits.cancel', { id: second })).toEqual({ cancelled: true });
  expect(await again.call('fits.cancel', { id: second })).toEqual({ cancelled: false });
  const names = await readdir(models);
  expect([names.includes(left), names.includes(strange)]).toEqual([false, true]);
  expect(await ending.promise).toMatchObject({ request: requests[0], receipt: { learnedFrom: 'task', items: 60 } });
  // Candidates of before are the same ones, told again rather than twice.
  const after = await again.call('fits.candidates', { path: input });
  expect(after.map(({ fit }) => fit)).toEqual(after.map(() => first));
  for (const { number, bytes } of before)
    expect(after.filter((one) => one.number === number).map((one) => one.bytes)).toEqual([bytes]);
  await again.close();
  const last = await start(dataFolder);
  expect(await last.call('fits.running', {})).toEqual([]);
  await last.close();
  await rm(killed, { recursive: true });
}, 300_000);

test('a front that is paused gives way to the next fit, stays paused over a start, and goes on behind the sizes it measured', async () => {
  await using opened = await openHost({ spawnWorker, spawnEvaluation });
  const { host, models, dataFolder } = opened;
  const { model: input } = await writeLinearTask(models);
  const reached = Promise.withResolvers<FitJob>();
  const states: FitJob[] = [];
  const ends = new Map<string, PromiseWithResolvers<undefined>>();
  const request: FitRequest = { input, target: { front: [0.2, 0.16, 0.12] } };
  const watch = (job: FitJob) => {
    states.push(job);
    if (job.front?.sizes === 1) reached.resolve(job);
    if (job.state === 'paused' || job.state === 'done') ends.get(job.id)?.resolve(undefined);
  };
  host.on('fit.changed', watch);
  const { id } = await host.call('fits.start', request);
  const next = await host.call('fits.start', { input, target: { bits: 4 } });
  for (const each of [id, next.id]) ends.set(each, Promise.withResolvers());
  const { front } = await reached.promise;
  expect(front?.candidates).toBeGreaterThan(0);
  expect(await host.call('fits.pause', { id })).toEqual({ paused: true });
  expect(await host.call('fits.pause', { id })).toEqual({ paused: false });
  for (const end of ends.values()) await end.promise;
  expect((await host.call('fits.running', {})).map(({ state }) => state)).toEqual(['paused', 'done']);
  expect(await readdir(join(dataFolder, 'work'))).toEqual([]);
  // What goes on says nothing of what it did before the pause.
  ends.set(id, Promise.withResolvers());
  expect(await host.call('fits.resume', { id })).toEqual({ resumed: true });
  const asked = states.findLast(({ id: each, state }) => each === id && state === 'queued');
  expect(asked).toMatchObject({ done: 0, total: 0, front });
  expect(asked).not.toHaveProperty('phase');
  expect(await host.call('fits.pause', { id })).toEqual({ paused: true });
  await ends.get(id)?.promise;
  for (const state of states) expect(calls['fits.start'].output.parse(state)).toEqual(state);
  await host.close();

  const again = await createHost({
    ...{ spawnWorker, spawnEvaluation, version: '0.0.0', roots: [models], dataFolder, remember: true },
  });
  try {
    expect(await again.call('fits.running', {})).toMatchObject([{ id, state: 'paused', request, front }]);
    const before = (await again.call('fits.candidates', { path: input })).filter(({ fit }) => fit === id);
    const done = Promise.withResolvers<FitJob>();
    const told: number[] = [];
    again.on('fit.changed', (job) => {
      if (job.front !== undefined) told.push(job.front.sizes);
      if (job.state === 'done') done.resolve(job);
    });
    expect(await again.call('fits.resume', { id })).toEqual({ resumed: true });
    const { candidates, receipt } = await done.promise;
    expect([Math.min(...told), Math.max(...told)]).toEqual([1, 2]);
    expect(receipt?.bytesOut).toBeLessThan(0.12 * (receipt?.bytesIn ?? 0));
    const after = (await again.call('fits.candidates', { path: input })).filter(({ fit }) => fit === id);
    expect(after.length).toBe(candidates);
    expect(after).toEqual(expect.arrayContaining(before.filter(({ number }) => number <= (front?.candidates ?? 0))));
  } finally {
    await again.close();
  }
}, 300_000);

test('an interrupted fit whose inputs may not be read any more says so, and can be forgotten', async () => {
  await using opened = await openHost({ spawnWorker, spawnEvaluation });
  const { host, models, dataFolder } = opened;
  const { model: input, task } = await writeLinearTask(models);
  const { id } = await host.call('fits.start', { input, task, target: { bits: 4 } });
  await host.close();
  await rm(task);
  const again = await createHost({ spawnWorker, version: '0.0.0', roots: [models], dataFolder, remember: true });
  try {
    await expect(again.call('fits.resume', { id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await again.call('fits.running', {})).toMatchObject([{ id, state: 'interrupted' }]);
    expect(await again.call('fits.cancel', { id })).toEqual({ cancelled: true });
  } finally {
    await again.close();
  }
});

test('the window tells how many fits that takes as the evaluation does', () => {
  expect(mostTrials).toBe(mostFits() - 1);
});
