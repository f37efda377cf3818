import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { isEnded, type Job, type JobRequest, type JobState } from '../contract/jobs.ts';
import type { JobEvent, Report } from '../engine/index.ts';
import { toFailure } from './failure.ts';
import { toReceipt } from './receipt.ts';

const jobsRemembered = 50;
const millisecondsBetweenEvents = 100;

export interface JobQueue {
  add(request: JobRequest): Job;
  /** False when the job has ended already or never was. */
  cancel(id: string): boolean;
  /** Oldest first. */
  list(): readonly Job[];
  /** Stops what runs and drops what waits; resolves when the engine has let go of its files. */
  close(): Promise<void>;
}

export interface JobQueueOptions {
  readonly start: (request: JobRequest, signal: AbortSignal) => AsyncIterable<JobEvent>;
  readonly changed: (job: Job) => void;
  readonly finished: (job: Job, report: Report) => Promise<void>;
}

interface Entry {
  job: Job;
  readonly request: JobRequest;
  readonly controller: AbortController;
}

/** Runs jobs one after another, since each takes all cores, and tells of each change, of mere progress at most ten times a second. */
export function createJobQueue({ start, changed, finished }: JobQueueOptions): JobQueue {
  const entries: Entry[] = [];
  let running: Promise<void> | undefined;

  const update = (entry: Entry, change: Partial<Job>) => {
    entry.job = { ...entry.job, ...change, revision: entry.job.revision + 1 };
  };
  const set = (entry: Entry, change: Partial<Job>) => {
    update(entry, change);
    changed(entry.job);
  };

  const run = async (entry: Entry) => {
    const { request, controller } = entry;
    let told = 0;
    set(entry, { state: working[request.command] });
    try {
      for await (const event of start(request, controller.signal)) {
        if (event.type === 'finished') {
          const receipt = toReceipt(event.report);
          update(entry, { receipt, bytesDone: entry.job.bytesTotal, bytesOut: receipt.bytesOut });
          await finished(entry.job, event.report);
        } else update(entry, advance(entry.job, event));
        if (performance.now() - told < millisecondsBetweenEvents) continue;
        told = performance.now();
        changed(entry.job);
      }
      set(entry, { state: 'done' });
    } catch (thrown) {
      const error = toFailure(thrown, request.command);
      set(entry, { state: error.code === 'CANCELLED' ? 'cancelled' : 'failed', error });
    }
  };

  const runAll = async () => {
    for (let next = waiting(); next !== undefined; next = waiting()) await run(next);
    running = undefined;
  };
  const waiting = () => entries.find(({ job }) => job.state === 'queued');

  return {
    add(request) {
      const entry: Entry = { job: queuedJob(request), request, controller: new AbortController() };
      entries.push(entry);
      const oldest = entries.findIndex(({ job }) => isEnded(job.state));
      if (entries.length > jobsRemembered && oldest >= 0) entries.splice(oldest, 1);
      changed(entry.job);
      const { job } = entry;
      running ??= Promise.resolve().then(runAll);
      return job;
    },
    cancel(id) {
      const entry = entries.find(({ job }) => job.id === id);
      if (entry === undefined || isEnded(entry.job.state)) return false;
      entry.controller.abort();
      if (entry.job.state === 'queued') set(entry, { state: 'cancelled' });
      return true;
    },
    list: () => entries.map(({ job }) => job),
    async close() {
      for (const { job } of entries) this.cancel(job.id);
      await running;
    },
  };
}

const working: Readonly<Record<JobRequest['command'], JobState>> = {
  compress: 'compressing',
  restore: 'restoring',
  verify: 'verifying',
};

function queuedJob(request: JobRequest): Job {
  const path = request.command === 'compress' ? request.input : request.archive;
  return {
    id: randomUUID(),
    revision: 0,
    request,
    command: request.command,
    name: basename(path),
    path,
    state: 'queued',
    resumable: false,
    bytesDone: 0,
    bytesTotal: 0,
    bytesOut: 0,
    rate: 0,
    tensorsDone: 0,
  };
}

function advance(job: Job, event: Exclude<JobEvent, { readonly type: 'finished' }>): Job {
  switch (event.type) {
    case 'started':
      return { ...job, name: event.name, bytesTotal: event.bytesTotal };
    case 'progress': {
      const { phase, bytesDone, bytesTotal, bytesOut, rate, secondsLeft } = event;
      return { ...job, phase, bytesDone, bytesTotal, bytesOut, rate, secondsLeft };
    }
    case 'tensor':
      return { ...job, tensorsDone: job.tensorsDone + 1 };
    case 'notice':
      return job;
  }
}
