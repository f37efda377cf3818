import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { connect } from 'node:net';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Host } from '../../src/contract/host.ts';
import { watchWork } from '../../src/server/idle.ts';
import { startServer } from '../../src/server/server.ts';
import { markStreamed } from '../../src/server/spool.ts';
import { standInEngine } from '../host/stand-in-engine.ts';

const isBuilt = existsSync(new URL('../../out/renderer/index.html', import.meta.url));

describe.skipIf(!isBuilt)('a started server (needs the built window: npm run build)', () => {
  test('gives a link that signs in once, serves the window and closes while events are being listened to', async () => {
    await using started = await start();
    const url = new URL(started.url);
    const own = { origin: url.origin };
    const token = url.hash.slice('#token='.length);
    expect(await (await fetch(`${url.origin}/`)).text()).toContain('Featherweight');
    const session = await fetch(`${url.origin}/session`, { method: 'POST', body: token, headers: own });
    const cookie = session.headers.get('set-cookie')!.split(';')[0]!;
    const info = await fetch(`${url.origin}/call/app.info`, {
      method: 'POST',
      body: '{}',
      headers: { ...own, cookie },
    });
    expect(await info.json()).toMatchObject({ value: { version: '1.2.3' } });
    const events = await fetch(`${url.origin}/events`, { headers: { cookie } });
    expect(events.headers.get('content-type')).toContain('text/event-stream');
    await started.close();
    await expect(fetch(`${url.origin}/`)).rejects.toThrow();
  });

  test('a name that was made to mean 127.0.0.1 gets nothing', async () => {
    await using started = await start();
    const { port } = new URL(started.url);
    const status = await new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, headers: { host: `evil.example:${port}` } }, ({ statusCode }) =>
        resolve(statusCode),
      )
        .on('error', reject)
        .end();
    });
    expect(status).toBe(403);
  });

  test('ends by itself when no window is connected and nothing is left to do, not before', async () => {
    await using started = await start({ idleMilliseconds: 200 });
    const { origin, hash } = new URL(started.url);
    const token = hash.slice('#token='.length);
    const session = await fetch(`${origin}/session`, { method: 'POST', body: token, headers: { origin } });
    const cookie = session.headers.get('set-cookie')!.split(';')[0]!;
    const window = new AbortController();
    await fetch(`${origin}/events`, { headers: { cookie }, signal: window.signal });
    const isIdle = started.idle.then(() => true);
    expect(await Promise.race([isIdle, wait(1000).then(() => false)])).toBe(false);
    window.abort();
    expect(await isIdle).toBe(true);
  });

  test.each(['evaluation.changed', 'export.changed', 'fit.changed'] as const)(
    'does not end while %s tells of work that goes on, with no window to see it',
    async (name) => {
      const listeners = new Map<string, (state: object) => void>();
      const isBusy = watchWork({
        on: (event: string, listener: (state: never) => void) => {
          listeners.set(event, listener as (state: object) => void);
          return () => undefined;
        },
        call: () => Promise.resolve([]),
      } as unknown as Pick<Host, 'on' | 'call'>);
      for (const [state, expected] of [
        ['queued', true],
        ['running', true],
        ['done', false],
      ] as const) {
        listeners.get(name)?.({ id: '1', state });
        expect(await isBusy()).toBe(expected);
      }
    },
  );

  test('copies that browsers have streamed go with the program, and what was made of them stays', async () => {
    await using started = await start();
    const place = join(started.dataFolder, 'work', 'dropped-1');
    await mkdir(place);
    await markStreamed(place, 'a.onnx');
    for (const name of ['a.onnx', 'a.onnx.fwz']) await writeFile(join(place, name), name);
    const other = join(started.dataFolder, 'work', 'sample-1');
    await mkdir(other);
    await writeFile(join(other, 'b.onnx'), '');
    await started.close();
    expect(await readdir(place)).toEqual(['a.onnx.fwz']);
    expect(await readdir(other)).toEqual(['b.onnx']);
  });

  test('no other address of the machine is listened on', async () => {
    await using started = await start();
    const port = Number(new URL(started.url).port);
    const others = Object.values(networkInterfaces()).flatMap((entries = []) =>
      entries.filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => address),
    );
    for (const address of others) expect([address, await accepts(address, port)]).toEqual([address, false]);
    expect(await accepts('127.0.0.1', port)).toBe(true);
  });
});

async function start(more: { readonly idleMilliseconds?: number } = {}) {
  const dataFolder = await mkdtemp(join(tmpdir(), 'featherweight-server-'));
  const server = await startServer({
    engine: standInEngine,
    spawnWorker: () => {
      throw new Error('No threads here.');
    },
    ...{ version: '1.2.3', roots: [], dataFolder, ...more },
  });
  let closed: Promise<void> | undefined;
  const close = () => (closed ??= server.close());
  return {
    ...{ url: server.url, idle: server.idle, dataFolder, close },
    async [Symbol.asyncDispose]() {
      await close();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

function accepts(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, address);
    const end = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
    socket.setTimeout(1000, () => end(false));
  });
}
