import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { calls, type CallName, type Input } from '../src/contract/calls.ts';
import { HostError, toHostErrorData } from '../src/contract/errors.ts';
import type { Host, Reply } from '../src/contract/host.ts';
import type { Job } from '../src/contract/jobs.ts';
import { bridgeHost } from '../src/renderer/host/bridge-host.ts';
import { httpHost } from '../src/renderer/host/http-host.ts';
import { openHost, type TestHost } from './host/open-host.ts';
import { openApplication } from './server/open-application.ts';

/** One way from a window to the host. */
interface Transport {
  readonly name: string;
  connect(test: TestHost): Promise<Host>;
}

const transports: readonly Transport[] = [
  { name: 'direct', connect: ({ host }) => Promise.resolve(host) },
  {
    name: 'bridge',
    connect: ({ host }) =>
      Promise.resolve(
        bridgeHost({
          async call(name, input) {
            const sent: unknown = structuredClone(input);
            return structuredClone(await answer(host, name, sent));
          },
          on: (name, listener) => host.on(name as 'job.changed', (event) => listener(structuredClone(event))),
          native: {} as never,
        }),
      ),
  },
  {
    name: 'http',
    async connect(test) {
      const { fetch, eventSource } = await openApplication(test);
      return httpHost({ fetch, eventSource });
    },
  },
];

async function answer(host: Host, name: string, input: unknown): Promise<Reply> {
  try {
    return { value: await host.call(name as CallName, input as Input<CallName>) };
  } catch (thrown) {
    return { error: toHostErrorData(thrown) };
  }
}

describe.each(transports)('the contract over $name', ({ connect }) => {
  test('every call without side effects answers in the promised shape', async () => {
    await using opened = await openHost();
    const host = await connect(opened);
    const path = join(opened.models, 'model.safetensors');
    const inputs: { readonly [Name in CallName]?: Input<Name> } = {
      'app.info': {},
      'models.inspect': { path },
      'models.tensors': { path, search: 'bf16', sort: 'name', limit: 10 },
      'models.map': { path },
      'models.close': { path },
      'models.estimate': { path },
      'tensors.look': { path, file: 'model.safetensors', name: 'layer.0.weight' },
      'catalog.list': {},
      'settings.get': {},
      'settings.set': { changes: { theme: 'dark' } },
      'originals.list': {},
      'runs.list': {},
      'jobs.list': {},
      'tasks.list': {},
      'evaluations.running': {},
      'evaluations.list': {},
      'exports.running': {},
      'exports.list': {},
      'runs.recent': {},
      'files.roots': {},
      'files.list': { path: opened.models },
      'files.find': {
        name: 'a',
        bytes: 1,
        modified: 1,
        samples: [{ offset: 0, length: 1, sha256: 'a'.repeat(64) }],
      },
      'sample.open': {},
      'zoo.scan': { roots: [opened.models] },
      'zoo.models': {},
      'zoo.state': {},
    };
    for (const [name, input] of Object.entries(inputs) as [CallName, never][]) {
      const output = await host.call(name, input);
      expect(calls[name].output.parse(output)).toEqual(output);
    }
  });

  test('a job tells of its changes until it is done, and then is remembered', async () => {
    await using opened = await openHost();
    const host = await connect(opened);
    const changes: Job[] = [];
    const ended = new Promise<Job>((resolve) => {
      host.on('job.changed', (job) => {
        changes.push(job);
        if (job.state === 'done' || job.state === 'failed') resolve(job);
      });
    });
    const started = await host.call('jobs.start', {
      command: 'compress',
      input: join(opened.models, 'model.safetensors'),
      preset: 'quick',
    });
    const last = await ended;
    expect(last).toMatchObject({ id: started.id, state: 'done', tensorsDone: 1, receipt: { preset: 'quick' } });
    for (const change of changes) expect(calls['jobs.start'].output.parse(change)).toEqual(change);
    expect((await host.call('runs.recent', {})).map(({ id }) => id)).toEqual([started.id]);
    expect((await host.call('jobs.list', {})).map(({ state }) => state)).toEqual(['done']);
  });

  test('a job can be stopped', async () => {
    await using opened = await openHost();
    const host = await connect(opened);
    const stopped = new Promise<Job>((resolve) => {
      host.on('job.changed', (job) => {
        if (job.state === 'cancelled') resolve(job);
      });
    });
    const { id } = await host.call('jobs.start', { command: 'compress', input: join(opened.models, 'slow') });
    expect(await host.call('jobs.cancel', { id })).toEqual({ cancelled: true });
    expect((await stopped).id).toBe(id);
    expect(await host.call('jobs.cancel', { id })).toEqual({ cancelled: false });
  });

  test('an estimate tells how far it is, and gives way to a newer one', async () => {
    await using opened = await openHost();
    const host = await connect(opened);
    await writeFile(join(opened.models, 'slow'), '');
    const sampled = new Promise<number>((resolve) => {
      host.on('estimate.progress', ({ sampledBytes }) => resolve(sampledBytes));
    });
    const slow = host.call('models.estimate', { path: join(opened.models, 'slow') }).catch((error: unknown) => error);
    await sampled;
    await host.call('models.estimate', { path: join(opened.models, 'model.safetensors') });
    expect(await slow).toMatchObject({ code: 'CANCELLED' });
  });

  test.each<[string, CallName, unknown, string]>([
    ['an unknown path', 'files.list', { path: '/' }, 'NOT_ALLOWED'],
    ['a path that is no text', 'models.inspect', { path: 7 }, 'BAD_INPUT'],
    ['a change of no known setting', 'settings.set', { changes: { colour: 'red' } }, 'BAD_INPUT'],
    ['an unknown field', 'models.inspect', { path: '/', extra: 1 }, 'BAD_INPUT'],
    ['no input at all', 'jobs.start', null, 'BAD_INPUT'],
    ['a call that is a property of every object', 'constructor' as CallName, {}, 'BAD_INPUT'],
  ])('refuses %s with a code and a message', async (_what, name, input, code) => {
    await using opened = await openHost();
    const host = await connect(opened);
    const failure = await host.call(name, input as never).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(HostError);
    expect(failure).toMatchObject({ code, message: expect.stringMatching(/\S/) as string });
  });
});
