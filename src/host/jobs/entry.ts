import type { Job } from '../../contract/jobs.ts';
import type { SpaceNeeded } from './space-needed.ts';
import { createPauseControl, type PauseControl } from './pause-control.ts';

export type PausedBy = NonNullable<Job['pausedBy']>;

/** A job of the queue, with what holds and ends its work. */
export interface Entry {
  job: Job;
  controller: AbortController;
  gate: PauseControl;
  /** An earlier start of the program may have done some of it, or all. */
  readonly isRevived: boolean;
  /** Why its gate was closed last. */
  heldBy?: PausedBy;
  /** A person wants it to run whatever the power. */
  isUrgent: boolean;
  /** Bytes that must have become free, after the disk was full in the midst of the work. */
  needed?: SpaceNeeded | undefined;
}

export function newEntry(job: Job, isRevived: boolean): Entry {
  return { job, isRevived, isUrgent: false, controller: new AbortController(), gate: createPauseControl() };
}
