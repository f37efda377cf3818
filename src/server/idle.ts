import type { Server } from 'node:http';
import { isWorking } from '../contract/jobs.ts';
import type { Host } from '../contract/host.ts';
import { isZooBusy } from '../contract/zoo.ts';

export interface IdleWatch extends Disposable {
  /** Resolves once the server has been idle for so long. */
  readonly idle: Promise<unknown>;
}

const mostPollMilliseconds = 30_000;

/**
 * Watches for a time of `milliseconds` in which no window is connected and nothing is worked on: a window that is open holds a
 * connection for its events. Work that waits for room on a drive is work, since it goes on by itself; what a person has
 * paused goes on in a later start as well.
 */
export function watchIdleness(server: Server, host: Host, milliseconds: number): IdleWatch {
  const { promise: idle, resolve } = Promise.withResolvers<undefined>();
  const isBusy = watchWork(host);
  let quietSince = performance.now();
  const look = async () => {
    if ((await connectionsOf(server)) > 0 || (await isBusy())) quietSince = performance.now();
    else if (performance.now() - quietSince >= milliseconds) resolve(undefined);
  };
  const timer = setInterval(() => void look().catch(() => undefined), Math.min(mostPollMilliseconds, milliseconds / 4));
  timer.unref();
  return { idle, [Symbol.dispose]: () => clearInterval(timer) };
}

/** Whether anything is worked on, as far as is told from now on. */
export function watchWork(host: Pick<Host, 'on' | 'call'>): () => Promise<boolean> {
  const running = new Set<string>();
  const note = (what: string, isRunning: boolean) => (isRunning ? running.add(what) : running.delete(what));
  host.on('evaluation.changed', ({ id, state }) => note(id, state === 'queued' || state === 'running'));
  host.on('export.changed', ({ id, state }) => note(id, state === 'queued' || state === 'running'));
  host.on('fit.changed', ({ id, state }) => note(id, state === 'queued' || state === 'running'));
  host.on('zoo.changed', (run) => note('zoo', isZooBusy(run)));
  return async () => {
    const jobs = await host.call('jobs.list', {});
    const goesOn = jobs.some(({ state, pausedBy }) => isWorking(state) || state === 'queued' || pausedBy === 'disk');
    return goesOn || running.size > 0;
  };
}

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
}
