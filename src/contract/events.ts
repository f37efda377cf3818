import type { Job } from './jobs.ts';

/** What the host tells without being asked. Each event is a whole state, so missing one costs nothing. */
export interface Events {
  /** A job has begun, got on (at most ten times a second), or ended. */
  readonly 'job.changed': Job;
}

export type EventName = keyof Events;

const names: Readonly<Record<EventName, true>> = { 'job.changed': true };

/** All event names, for transports that must subscribe to each. */
export const eventNames = Object.keys(names) as readonly EventName[];

export function isEventName(name: string): name is EventName {
  return Object.hasOwn(names, name);
}
