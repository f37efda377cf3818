import { expect, test } from 'vitest';
import { shareEvents, sharedStream, type EventMessage } from '../../../src/renderer/host/shared-events.ts';

/** A stream that tells what the test says, and counts those that were opened. */
function standIn() {
  const streams: { readonly tell: (name: string, data?: string) => void; end: () => void }[] = [];
  const open = () => {
    const listeners = new Map<string, ((event: { readonly data: string }) => void)[]>();
    let readyState = 0;
    streams.push({
      tell(name, data = '') {
        if (name === 'open') readyState = 1;
        for (const listen of listeners.get(name) ?? []) listen({ data });
      },
      end: () => (readyState = 2),
    });
    return {
      get readyState() {
        return readyState;
      },
      addEventListener(name: string, listener: (event: { readonly data: string }) => void) {
        listeners.set(name, [...(listeners.get(name) ?? []), listener]);
      },
    };
  };
  return { streams, open };
}

/** A window's port, with what it was told as `name data`. */
function window() {
  const told: string[] = [];
  return { told, postMessage: ({ name, data }: EventMessage) => told.push(`${name} ${data}`.trim()) };
}

test('all windows hear one stream, and one that comes later is told at once that it is open', () => {
  const { streams, open } = standIn();
  const join = shareEvents(open);
  const [first, second] = [window(), window()];
  join(first);
  streams[0]?.tell('open');
  streams[0]?.tell('job.changed', '{"id":"a"}');
  join(second);
  streams[0]?.tell('job.changed', '{"id":"b"}');
  expect(streams).toHaveLength(1);
  expect(first.told).toEqual(['open', 'job.changed {"id":"a"}', 'job.changed {"id":"b"}']);
  expect(second.told).toEqual(['open', 'job.changed {"id":"b"}']);
});

test('a window that went hears nothing more', () => {
  const { streams, open } = standIn();
  const join = shareEvents(open);
  const [first, second] = [window(), window()];
  const leave = join(first);
  join(second);
  leave();
  streams[0]?.tell('settings.changed', '{}');
  expect([first.told, second.told]).toEqual([[], ['settings.changed {}']]);
});

test('a lost stream is told to all; one that the server refused is opened anew by the next window, for all of them', () => {
  const { streams, open } = standIn();
  const join = shareEvents(open);
  const [first, second, third] = [window(), window(), window()];
  join(first);
  streams[0]?.tell('open');
  streams[0]?.tell('error');
  join(second);
  expect(streams).toHaveLength(1);
  expect([first.told, second.told]).toEqual([['open', 'error'], ['error']]);
  streams[0]?.end();
  join(third);
  expect(streams).toHaveLength(2);
  streams[1]?.tell('open');
  expect([first.told.at(-1), second.told.at(-1), third.told]).toEqual(['open', 'open', ['open']]);
});

test('what comes through a port is heard by those who asked for it by name', () => {
  const told: ((message: { readonly data: EventMessage }) => void)[] = [];
  const stream = sharedStream({
    addEventListener: (_name, listener) => told.push(listener),
    start: () => undefined,
  });
  const heard: string[] = [];
  stream.addEventListener('open', () => heard.push('open'));
  stream.addEventListener('job.changed', ({ data }) => heard.push(data));
  for (const data of [
    { name: 'open', data: '' },
    { name: 'job.changed', data: '1' },
    { name: 'zoo.changed', data: '2' },
  ])
    for (const listen of told) listen({ data });
  expect(heard).toEqual(['open', '1']);
});
