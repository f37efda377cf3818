import { copyFile, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { calls } from '../../src/contract/calls.ts';
import type { ExportJob, ExportRequest } from '../../src/contract/exports.ts';
import { thisProcess } from '../../src/engine/io/owner.ts';
import { exportNotes } from '../../src/host/export-notes.ts';
import { createHost, type RunningHost } from '../../src/host/host.ts';
import { evaluationContext } from '../evaluation/support.ts';
import { writeChainTask } from '../support/chain-task.ts';
import { openHost } from './open-host.ts';

const samples = fileURLToPath(new URL('../../samples', import.meta.url));
const { spawnWorker, spawnEvaluation } = evaluationContext();

/** Starts an export and waits for its end; every state on the way. */
async function ended(host: RunningHost, request: ExportRequest): Promise<readonly ExportJob[]> {
  const states: ExportJob[] = [];
  const end = Promise.withResolvers<undefined>();
  const stop = host.on('export.changed', (job) => {
    states.push(job);
    if (job.state !== 'queued' && job.state !== 'running') end.resolve(undefined);
  });
  await host.call('exports.start', request);
  await end.promise.finally(stop);
  return states;
}

test('an export is told until its receipt, which says who has read it', async () => {
  await using opened = await openHost({ spawnWorker, spawnEvaluation });
  const { host, models } = opened;
  const input = join(models, 'digits.onnx');
  await copyFile(join(samples, 'digits.onnx'), input);
  const refusals = await host.call('exports.refusals', { input });
  expect(refusals.find(({ target }) => target === 'gguf-q8_0')?.why).toBe('it has no safetensors file');
  expect(refusals.some(({ target }) => target === 'onnx-int8')).toBe(false);
  await expect(host.call('exports.refusals', { input: '/etc/passwd' })).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
  const states = await ended(host, { input, target: 'onnx-int8' });
  for (const state of states) expect(calls['exports.start'].output.parse(state)).toEqual(state);
  const { receipt } = states.at(-1) ?? {};
  expect(receipt).toMatchObject({
    loadTest: { reader: 'onnxruntime', isLoaded: true },
    ticks: { smallerOnDisk: true },
  });
  expect(receipt?.weightsOut).toBeLessThan(0.27 * (receipt?.weightsIn ?? 0));
  expect(receipt?.output).toBe(join(models, 'digits.onnx-int8.onnx'));
  expect((await stat(receipt?.output ?? '')).size).toBe(receipt?.bytesOut);
  expect(receipt?.kinds.reduce((sum, { tensors }) => sum + tensors, 0)).toBeGreaterThan(4);
  expect(await host.call('exports.running', {})).toEqual([states.at(-1)]);
  const id = states[0]?.id ?? '';
  const [record, ...others] = await host.call('exports.list', { search: 'digits' });
  expect(others).toEqual([]);
  expect(record).toMatchObject({ id, name: 'digits.onnx', receipt });
  expect(await host.call('exports.get', { id })).toEqual(record);
  await expect(host.call('exports.get', { id: 'none' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const { tensors, total } = await host.call('exports.tensors', { id });
  expect(total).toBe(receipt?.kinds.reduce((sum, kind) => sum + kind.tensors, 0));
  const errors = tensors.map(({ relativeError }) => relativeError ?? Infinity);
  expect(errors).toEqual(errors.toSorted((one, other) => other - one));
  expect(errors[0]).toBeGreaterThan(0);
  const found = await host.call('exports.tensors', { id, search: 'i8 PER', sort: 'size', limit: 2 });
  expect(found.tensors.every(({ to }) => to.startsWith('I8 per'))).toBe(true);
  expect(found.tensors).toHaveLength(Math.min(2, found.total));
});

test('what cannot be exported fails with its reason, and leaves nothing', async () => {
  await using opened = await openHost({ spawnWorker, spawnEvaluation });
  const { host, models } = opened;
  const input = join(models, 'model.safetensors');
  const failed = (await ended(host, { input, target: 'onnx-int8' })).at(-1);
  expect(failed).toMatchObject({ state: 'failed', error: { code: 'UNSUPPORTED' } });
  expect(failed?.error?.message).toMatch(/no ONNX model/);
  expect(await readdir(models)).toEqual(['model.safetensors']);
});

test('channels are taken out by the inputs of a task, which has to be named and allowed', async () => {
  await using opened = await openHost({ spawnWorker, spawnEvaluation });
  const { host, models, outside } = opened;
  const { model: input, task } = await writeChainTask(models);
  const asked = { input, target: 'onnx-narrow' };
  const { exports } = await host.call('catalog.list', {});
  expect(exports.filter(({ learns }) => learns).map(({ id }) => id)).toEqual(['onnx-narrow']);
  expect((await ended(host, asked)).at(-1)?.error).toMatchObject({ code: 'USAGE' });
  const notAllowed = host.call('exports.start', { ...asked, task: join(outside, 'secret.txt') });
  await expect(notAllowed).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
  const { receipt } = (await ended(host, { ...asked, task, channels: 0.25 })).at(-1) ?? {};
  expect(receipt?.loadTest).toMatchObject({ reader: 'onnxruntime', isLoaded: true });
  expect(receipt?.notices).toContainEqual(expect.stringMatching(/^64 of 256 channels were taken out/));
  expect(receipt?.weightsOut).toBeLessThan(0.8 * (receipt?.weightsIn ?? 0));
});

test('one that goes on can be stopped, and nothing is written where no folder is open', async () => {
  await using opened = await openHost({ spawnWorker, spawnEvaluation });
  const { host, models, outside } = opened;
  const input = join(models, 'digits.safetensors');
  await copyFile(join(samples, 'digits.safetensors'), input);
  host.on('export.changed', ({ id, state }) => {
    if (state === 'running') void host.call('exports.cancel', { id });
  });
  const last = (await ended(host, { input, target: 'safetensors-bf16' })).at(-1);
  expect(last).toMatchObject({ state: 'cancelled' });
  expect(await host.call('exports.cancel', { id: last?.id ?? '' })).toEqual({ cancelled: false });
  expect((await readdir(models)).sort()).toEqual(['digits.safetensors', 'model.safetensors']);
  await expect(
    host.call('exports.start', { input, target: 'safetensors-bf16', output: join(outside, 'out.safetensors') }),
  ).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
});

test('what an export of a killed session left is removed by the next session, and nothing else', async () => {
  await using opened = await openHost({ spawnWorker, spawnEvaluation });
  const { host, models, dataFolder } = opened;
  await host.close();
  const [machine] = thisProcess().split(' ');
  const [left, strange] = [`m.onnx.partial-${machine} 999999999 1 abcdef`, 'm.onnx.partial-abcdef'];
  for (const name of [left, strange]) await mkdir(join(models, name, 'inside'), { recursive: true });
  await exportNotes(join(dataFolder, 'exporting')).add('killed', join(models, 'm.onnx'));
  const again = await createHost({ spawnWorker, version: '0.0.0', roots: [models], dataFolder, remember: true });
  try {
    await expect.poll(() => readdir(join(dataFolder, 'exporting'))).toEqual([]);
    expect((await readdir(models)).sort()).toEqual([strange, 'model.safetensors'].sort());
  } finally {
    await again.close();
  }
});

test('the catalog tells every target with its ticks', async () => {
  await using opened = await openHost({ spawnWorker, spawnEvaluation });
  const { exports } = await opened.host.call('catalog.list', {});
  expect(exports.length).toBeGreaterThan(10);
  for (const { load, ticks } of exports) expect([load.length > 0, Object.keys(ticks).length]).toEqual([true, 3]);
});
