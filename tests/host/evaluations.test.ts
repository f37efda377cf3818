import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Evaluation, EvaluationRequest } from '../../src/contract/evaluations.ts';
import type { RunningHost } from '../../src/host/host.ts';
import { evaluationContext } from '../evaluation/support.ts';
import { openHost } from './open-host.ts';

const samples = fileURLToPath(new URL('../../samples', import.meta.url));
const digits = join(samples, 'digits.onnx');
const task = join(samples, 'tasks', 'digits.json');

const { spawnWorker, spawnEvaluation } = evaluationContext();
const open = () => openHost({ spawnWorker, spawnEvaluation });

/** Starts an evaluation and waits for its end. */
async function ended(host: RunningHost, request: EvaluationRequest): Promise<Evaluation> {
  const end = Promise.withResolvers<Evaluation>();
  const stop = host.on('evaluation.changed', (evaluation) => {
    if (evaluation.state !== 'queued' && evaluation.state !== 'running') end.resolve(evaluation);
  });
  await host.call('evaluations.start', request);
  return end.promise.finally(stop);
}

test('an evaluation is told, kept, and found again by its original; the second one takes the answers of the first', async () => {
  await using opened = await open();
  const { host, models } = opened;
  const candidate = join(models, 'copy.onnx');
  await copyFile(digits, candidate);
  const request = { command: 'compare', model: candidate, original: digits, task, limit: 40 } as const;
  const first = await ended(host, request);
  expect(first).toMatchObject({ state: 'done', summary: { items: 40, unit: 'digits', changed: 0, noise: 0 } });
  const second = await ended(host, request);
  const original = first.summary?.original?.sha256 ?? '';
  const list = await host.call('evaluations.list', { original });
  expect(list.map(({ id }) => id)).toEqual([second.id, first.id]);
  expect(await host.call('evaluations.list', { original: '0'.repeat(64) })).toEqual([]);
  const [early, late] = [
    await host.call('evaluations.get', { id: first.id }),
    await host.call('evaluations.get', { id: second.id }),
  ];
  expect([early.originalFromCache, late.originalFromCache]).toEqual([false, true]);
  expect(late.metrics).toEqual(early.metrics);
  expect(late.outputs).toEqual(early.outputs);
});

test('more items than were kept are asked anew', async () => {
  await using opened = await open();
  const request = { command: 'compare', model: digits, original: digits, task } as const;
  await ended(opened.host, { ...request, limit: 250 });
  const { id, summary } = await ended(opened.host, { ...request, limit: 300 });
  expect(summary?.metrics[0]).toMatchObject({ n: 300, delta: 0 });
  expect((await opened.host.call('evaluations.get', { id })).originalFromCache).toBe(false);
});

test('a task may not lead out of the folders that are open', async () => {
  await using opened = await open();
  const { host, models } = opened;
  const path = join(models, 'task.json');
  await writeFile(
    path,
    JSON.stringify({
      task: 1,
      title: 'Out',
      inputs: [{ from: 'arrays', data: { file: '../outside/secret.txt', type: 'uint8' }, shape: [1] }],
    }),
  );
  await expect(
    host.call('evaluations.start', { command: 'evaluate', model: join(models, 'model.safetensors'), task: path }),
  ).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
  await expect(
    host.call('evaluations.start', { command: 'evaluate', model: join(opened.outside, 'secret.txt'), task }),
  ).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
});

test('the bundled tasks are listed, and the digits have their data', async () => {
  await using opened = await open();
  const tasks = await opened.host.call('tasks.list', {});
  expect(tasks.filter(({ hasData }) => hasData).map(({ title }) => title)).toEqual(['Handwritten digits']);
  expect(tasks).toHaveLength(5);
});

test('one that is cancelled ends as cancelled, and one that fails says why', async () => {
  await using opened = await open();
  const { host, models } = opened;
  host.on('evaluation.changed', ({ id, state }) => {
    if (state === 'running') void host.call('evaluations.cancel', { id });
  });
  expect(await ended(host, { command: 'evaluate', model: digits, task })).toMatchObject({ state: 'cancelled' });
  await using other = await open();
  await copyFile(join(models, 'model.safetensors'), join(other.models, 'broken.onnx'));
  const failed = await ended(other.host, { command: 'evaluate', model: join(other.models, 'broken.onnx'), task });
  expect(failed).toMatchObject({ state: 'failed', error: { code: 'UNSUPPORTED' } });
  expect(failed.error?.message).toMatch(/no ONNX model/);
});
