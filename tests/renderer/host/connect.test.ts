import { expect, test } from 'vitest';
import { connect } from '../../../src/renderer/host/connect.ts';
import { httpHost } from '../../../src/renderer/host/http-host.ts';

test('a link that is opened where the window already is signs in anew, and any other address does not', async () => {
  const asked: string[] = [];
  const listeners: (() => void)[] = [];
  let reloads = 0;
  const location = { hash: '#token=first', reload: () => (reloads += 1) };
  const stand = {
    location,
    history: { replaceState: (_state: unknown, _title: string, path: string) => (location.hash = path.slice(1)) },
    addEventListener: (_name: string, listener: () => void) => listeners.push(listener),
    fetch: (path: string) => {
      asked.push(path);
      return Promise.resolve(Response.json({ value: {} }));
    },
  };
  await connect(stand as unknown as Window);
  expect(asked).toEqual(['/session', '/call/app.info']);
  expect(location.hash).toBe('#/');
  location.hash = '#/history';
  for (const listener of listeners) listener();
  expect(reloads).toBe(0);
  location.hash = '#token=second';
  for (const listener of listeners) listener();
  expect(reloads).toBe(1);
});

test('a server that is gone or was started again is told apart from a folder that is closed', async () => {
  const eventSource = () => {
    throw new Error('Events are not followed here.');
  };
  const answering = (answer: () => Promise<Response>) => httpHost({ fetch: answer, eventSource }).call('app.info', {});
  const gone = answering(() => Promise.reject(new TypeError('Failed to fetch')));
  await expect(gone).rejects.toMatchObject({ code: 'DISCONNECTED' });
  const restarted = answering(() => Promise.resolve(new Response('Open the link.', { status: 401 })));
  await expect(restarted).rejects.toMatchObject({ code: 'DISCONNECTED', message: 'Open the link.' });
  const closed = answering(() => Promise.resolve(new Response('Not this page.', { status: 403 })));
  await expect(closed).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
});
