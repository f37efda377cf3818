import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Reply } from '../../src/contract/host.ts';
import { answerMessages, forwardEvents, type MessageOrigin } from '../../src/main/messages.ts';
import { openHost, type TestHost } from '../host/open-host.ts';

const own: MessageOrigin = { senderFrame: { url: 'app://featherweight/index.html', parent: null } };
const strangers: readonly MessageOrigin[] = [
  { senderFrame: null },
  { senderFrame: { url: 'app://featherweight/index.html', parent: {} } },
  { senderFrame: { url: 'https://evil.example/', parent: null } },
];

/** The main process without Electron: what the window would be answered, and what the desktop was made to do. */
function listen({ host }: TestHost, picked?: string) {
  const channels = new Map<string, (message: MessageOrigin, ...words: unknown[]) => Promise<Reply>>();
  const shown: string[] = [];
  const dragged: string[] = [];
  answerMessages({ handle: (channel, answer) => channels.set(channel, answer) }, host, {
    pick: () => Promise.resolve(picked),
    show: (path) => shown.push(path),
    drag: (path) => Promise.resolve(void dragged.push(path)),
    grant: host.access.grant,
    check: host.access.check,
    opened: () => [],
  });
  const send = (channel: string, ...words: unknown[]) => channels.get(channel)!(own, ...words);
  return { channels, shown, dragged, send };
}

test('a stranger gets no answer on any channel', async () => {
  await using opened = await openHost();
  const { channels, shown } = listen(opened, opened.outside);
  for (const [channel, answer] of channels)
    for (const stranger of strangers)
      expect([channel, await answer(stranger, opened.models)]).toMatchObject([
        channel,
        { error: { code: 'NOT_ALLOWED' } },
      ]);
  expect(shown).toEqual([]);
  expect(opened.host.access.roots()).not.toContain(opened.outside);
});

test('calls reach the host, and failures come back as data', async () => {
  await using opened = await openHost();
  const { send } = listen(opened);
  expect(await send('call', 'app.info', {})).toMatchObject({ value: { version: '0.0.0' } });
  expect(await send('call', 'models.inspect', { path: opened.outside })).toMatchObject({
    error: { code: 'NOT_ALLOWED' },
  });
});

test('whatever the words of a message are, the answer is a reply', async () => {
  await using opened = await openHost();
  const { channels, send } = listen(opened);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...channels.keys()),
      fc.array(fc.anything(), { maxLength: 3 }),
      async (channel, words) => {
        const reply = await send(channel, ...words);
        expect('value' in reply || typeof reply.error.message === 'string').toBe(true);
        expect(structuredClone(reply)).toEqual(reply);
      },
    ),
  );
});

test('a chosen or dropped file opens its folder, and only then', async () => {
  await using opened = await openHost();
  const { host, outside } = opened;
  const secret = join(outside, 'secret.txt');
  const { send, shown, dragged } = listen(opened, secret);
  expect(await send('drag', secret)).toMatchObject({ error: { code: 'NOT_ALLOWED' } });
  expect(await send('show', secret)).toMatchObject({ error: { code: 'NOT_ALLOWED' } });
  await expect(host.access.check(secret)).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
  expect(await send('pick', 'file')).toEqual({ value: secret });
  expect(await host.access.check(secret)).toBe(secret);
  await send('show', secret);
  await send('drag', secret);
  expect([shown, dragged]).toEqual([[secret], [secret]]);
});

test('a dialog that was closed opens nothing', async () => {
  await using opened = await openHost();
  const before = opened.host.access.roots();
  expect(await listen(opened).send('pick', 'folder')).toEqual({ value: undefined });
  expect(opened.host.access.roots()).toEqual(before);
});

test('events go to the window until it is told to stop', async () => {
  await using opened = await openHost();
  const { host, models } = opened;
  const channels = new Set<string>();
  const stop = forwardEvents(host, (channel) => channels.add(channel));
  await host.call('jobs.start', { command: 'verify', archive: join(models, 'a.fwz') });
  expect([...channels].sort()).toEqual(['event:job.changed', 'event:queue.changed']);
  stop();
  channels.clear();
  await host.call('jobs.start', { command: 'verify', archive: join(models, 'b.fwz') });
  expect([...channels]).toEqual([]);
});
