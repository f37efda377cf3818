import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Events } from '../../src/contract/events.ts';
import * as engine from '../../src/engine/index.ts';
import { context } from '../support/jobs.ts';
import { openHost } from './open-host.ts';

const sample = join(import.meta.dirname, '../../samples/digits.safetensors');
const recipe = { rules: [{ match: 'fc2.*', keep: true as const }], default: { method: 'grid' } };

async function openSample() {
  const opened = await openHost({ engine, spawnWorker: context().spawnWorker });
  const path = join(opened.models, 'digits.safetensors');
  await copyFile(sample, path);
  return { ...opened, path, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
}

test('a recipe is looked at by the page, by the tensor and as a whole, within the allowed folders', async () => {
  await using opened = await openSample();
  const { host, path, outside } = opened;
  const page = await host.call('approximations.tensors', { path, recipe, search: 'fc', limit: 2 });
  expect(page.total).toBe(4);
  expect(page.tensors.map(({ name }) => name)).toEqual(['fc1.weight', 'fc2.weight']);
  expect(page.tensors[1]).toMatchObject({ kept: 'the recipe says so', isAsked: true });
  const { tensors } = await host.call('approximations.preview', {
    ...{ path, recipe },
    tensors: page.tensors.map(({ file, name }) => ({ file, name })),
  });
  expect(tensors.map(({ name }) => name)).toEqual(['fc1.weight', 'fc2.weight']);
  expect(tensors[0]?.loss?.relativeL2).toBeGreaterThan(0);
  expect(tensors[1]).toEqual({ file: 'digits.safetensors', name: 'fc2.weight', kept: 'the recipe says so' });
  expect((await host.call('approximations.estimate', { path, recipe })).bytesOut).toBeLessThan(300_000);
  const secret = join(outside, 'secret.txt');
  for (const call of ['approximations.estimate', 'approximations.tensors'] as const)
    await expect(host.call(call, { path: secret, recipe })).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
}, 60_000);

test('a survey tells its points as they come, and is stopped', async () => {
  await using opened = await openSample();
  const { host, path } = opened;
  const events: Events['survey.changed'][] = [];
  host.on('survey.changed', (event) => {
    events.push(event);
    void host.call('approximations.stop', { path });
  });
  await expect(host.call('approximations.survey', { path })).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(events.length).toBeGreaterThan(0);
  expect(events[0]).toMatchObject({ path, points: [{ method: expect.any(String) as string }] });
}, 60_000);
