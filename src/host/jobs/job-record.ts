import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { job as jobSchema, type Job, type JobRequest, type JobState } from '../../contract/jobs.ts';
import type { JobEvent } from '../../engine/index.ts';

/** What a job of each command is called while it works. */
export const working: Readonly<Record<JobRequest['command'], JobState>> = {
  compress: 'compressing',
  restore: 'restoring',
  verify: 'verifying',
};

export function newJob(request: JobRequest): Job {
  const path = request.command === 'compress' ? request.input : request.archive;
  return {
    id: randomUUID(),
    revision: 0,
    request,
    command: request.command,
    name: basename(path),
    path,
    state: 'queued',
    resumable: request.command !== 'verify',
    ...unbegun,
  };
}

/** The figures of a job that has done nothing. */
export const unbegun = { bytesDone: 0, bytesTotal: 0, bytesOut: 0, rate: 0, tensorsDone: 0 } as const;

/** A job after an event of the engine. */
export function advance(job: Job, event: Exclude<JobEvent, { readonly type: 'finished' }>): Job {
  switch (event.type) {
    case 'started':
      return { ...job, name: event.name, bytesTotal: event.bytesTotal, tensorsDone: 0 };
    case 'progress': {
      const { phase, bytesDone, bytesTotal, bytesOut, rate, secondsLeft } = event;
      const memory = process.memoryUsage.rss();
      if (phase === 'prove' && !isCoded(job)) return { ...job, memory };
      const isProving = phase === 'flush' || phase === 'prove';
      const state = isProving && job.state === 'compressing' ? 'verifying' : job.state;
      return { ...job, state, phase, bytesDone, bytesTotal, bytesOut, rate, secondsLeft, memory };
    }
    case 'tensor':
      return { ...job, tensorsDone: job.tensorsDone + 1 };
    case 'notice':
      return job;
  }
}

/**
 * Proving runs a little behind compressing at the same time. Were both told, words and figures would go back and forth, so the
 * first leads until all is coded.
 */
function isCoded({ phase, bytesDone, bytesTotal }: Job): boolean {
  return phase === 'prove' || (phase === 'compress' && bytesDone === bytesTotal);
}

/** A job without what is no longer true of it. */
export function without(job: Job, ...names: readonly ('pausedBy' | 'disk' | 'memory' | 'error')[]): Job {
  return Object.fromEntries(Object.entries(job).filter(([name]) => !names.some((gone) => gone === name))) as Job;
}

/**
 * A job of an earlier start as it goes on in this one: what was at work or was paused by the end of the program is queued,
 * what a person or the disk has paused stays so. Nothing where an older version wrote another shape.
 */
export function revive(stored: unknown): Job | undefined {
  const { success, data } = jobSchema.safeParse(stored);
  if (!success) return undefined;
  const stays = data.state === 'paused' && (data.pausedBy === 'you' || data.pausedBy === 'disk');
  return stays ? data : { ...without(data, 'pausedBy', 'disk', 'memory'), state: 'queued' };
}
