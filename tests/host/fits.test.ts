import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { calls } from '../../src/contract/calls.ts';
import type { FitJob, FitRequest } from '../../src/contract/fits.ts';
import type { RunningHost } from '../../src/host/host.ts';
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
  const output = made?.receipt?.output ?? '';
  expect((await stat(output)).size).toBe(made?.receipt?.bytesOut);
  expect(made?.receipt?.bytesOut).toBeLessThanOrEqual(bytes);
  const measured = (await host.call('fits.candidates', { path: input })).filter(({ metrics }) => metrics !== undefined);
  expect(measured.map((one) => one.bytes)).toEqual([made?.receipt?.bytesOut]);
  const { tensors } = await host.call('fits.tensors', { fit: smallest?.fit ?? '', number: smallest?.number ?? 0 });
  expect(tensors).toMatchObject([{ name: 'weight', count: 16_384 }]);
  expect(tensors[0]?.bits).toBeLessThan(5);
  await expect(host.call('fits.tensors', { fit: 'none', number: 1 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(
    host.call('fits.start', { input: join(opened.outside, 'secret.txt'), target: { bits: 3 } }),
  ).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
}, 300_000);
