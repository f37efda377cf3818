import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { showWork } from '../../src/main/work-signs.ts';
import { openHost } from '../host/open-host.ts';

interface Seen {
  readonly progress: [part: number, mode: string][];
  readonly badges: number[];
  readonly notices: string[];
}

async function watch(isWindowInFront = false) {
  const opened = await openHost();
  const seen: Seen = { progress: [], badges: [], notices: [] };
  showWork(opened.host, {
    progress: (...sign) => seen.progress.push(sign),
    badge: (count) => seen.badges.push(count),
    isWindowInFront: () => isWindowInFront,
    notify: (...words) => seen.notices.push(words.join(' | ')),
  });
  const start = (name: string) =>
    opened.host.call('jobs.start', { command: 'compress', input: join(opened.models, name) });
  const batch = new Promise((resolve) => opened.host.on('batch.ended', resolve));
  return { host: opened.host, seen, start, batch, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
}

test('the taskbar follows the work and is cleared, and a batch gives one notice', async () => {
  await using watched = await watch();
  const { seen, start, batch } = watched;
  await Promise.all([start('a'), start('b'), start('bad')]);
  await batch;
  await vi.waitFor(() => expect(seen.notices).toHaveLength(1));
  expect(seen.notices[0]).toContain('2 done · 1 failed');
  expect(seen.progress.every(([part]) => part === -1 || (part >= 0 && part <= 1))).toBe(true);
  expect(seen.progress.at(-1)).toEqual([-1, 'normal']);
  expect([Math.max(...seen.badges), seen.badges.at(-1)]).toEqual([3, 0]);
});

test('a paused job is shown as paused', async () => {
  await using watched = await watch();
  const { host, seen, start } = watched;
  const { id } = await start('slow');
  await vi.waitFor(() => expect(seen.progress.some(([part]) => part > 0)).toBe(true));
  await host.call('jobs.pause', { id });
  await vi.waitFor(() => expect(seen.progress.at(-1)?.[1]).toBe('paused'));
  await host.call('jobs.resume', { id });
});

test.each([
  ['the window is in front', true, true],
  ['a person wants none', false, false],
])('there is no notice when %s', async (_when, isWindowInFront, notify) => {
  await using watched = await watch(isWindowInFront);
  const { host, seen, start, batch } = watched;
  await host.call('settings.set', { changes: { notify } });
  await start('a');
  await batch;
  await host.call('settings.get', {});
  await new Promise(setImmediate);
  expect(seen.notices).toEqual([]);
});
