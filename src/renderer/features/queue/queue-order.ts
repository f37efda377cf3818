import { isEnded, isWorking, type Job } from '../../../contract/jobs.ts';

/** The jobs of the panel: what works, what waits in its order, what needs a person, and what ended. */
export interface Queue {
  readonly current: Job | undefined;
  readonly waiting: readonly Job[];
  readonly paused: readonly Job[];
  readonly attention: readonly Job[];
  readonly ended: readonly Job[];
}

/** Sorts jobs into what a person does with them. */
export function sortQueue(jobs: readonly Job[]): Queue {
  return {
    current: jobs.find(({ state }) => isWorking(state)),
    waiting: jobs.filter(({ state }) => state === 'queued'),
    paused: jobs.filter(({ state }) => state === 'paused'),
    attention: jobs.filter(({ state }) => state === 'failed'),
    ended: jobs.filter(({ state }) => isEnded(state) && state !== 'failed').toReversed(),
  };
}

/** What stands before a waiting job after moving it up or down by one; undefined: at the end. */
export function moveTarget(waiting: readonly Job[], id: string, way: 'up' | 'down'): string | undefined {
  const place = waiting.findIndex((job) => job.id === id);
  return waiting[way === 'up' ? place - 1 : place + 2]?.id;
}
