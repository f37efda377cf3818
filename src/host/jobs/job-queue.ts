import type { BatchEnd } from '../../contract/events.ts';
import { isEnded, isWorking, type Job, type JobRequest } from '../../contract/jobs.ts';
import { Suspension } from '../../engine/index.ts';
import { BatchTally } from './batch-tally.ts';
import { newEntry, type Entry, type PausedBy } from './entry.ts';
import { JobLedger, type LedgerListener } from './job-ledger.ts';
import { newJob, revive, unbegun, without } from './job-record.ts';
import { JobRunner, type RunnerOptions } from './job-runner.ts';

export interface JobQueue {
  add(request: JobRequest): Job;
  /** False when the job has ended already or never was. */
  cancel(id: string): boolean;
  pause(id: string, when: 'now' | 'after-tensor', by?: PausedBy): boolean;
  resume(id: string): boolean;
  move(id: string, before: string | undefined): boolean;
  remove(id: string): boolean;
  retry(id: string): Job | undefined;
  /** Those that wait in the order they will run; the rest oldest first. */
  list(): readonly Job[];
  /** Holds the work back, and begins no more, until power is back; whoever resumes a job by hand has it run anyway. */
  setPower(isLow: boolean): void;
  /** Stops what runs, so that a later start goes on with it; resolves when the engine has let go of its files. */
  close(): Promise<void>;
}

export interface JobQueueOptions extends RunnerOptions, LedgerListener {
  readonly batchEnded: (end: BatchEnd) => void;
  /** Told when work begins and when all is still, so that a shell can keep the computer awake. */
  readonly workingChanged: (isWorking: boolean) => void;
  /** Removes what a paused job has written. */
  readonly discard: (request: JobRequest) => Promise<void>;
  /** Jobs of an earlier start, in their order. */
  readonly earlier: readonly unknown[];
}

/**
 * Runs jobs one after another, since each takes all cores. A paused job holds its threads for a while and then gives them to
 * the next; one that the disk has paused goes on by itself when there is room. Every change of state is saved; mere progress
 * is told at most ten times a second.
 */
export function createJobQueue(options: JobQueueOptions): JobQueue {
  const revived = options.earlier.flatMap((stored) => revive(stored) ?? []);
  const ledger = new JobLedger(
    revived.map((job) => newEntry(job, true)),
    options,
  );
  const runner = new JobRunner(ledger, options);
  let running: Promise<void> | undefined;
  let current: Entry | undefined;
  let isClosing = false;
  let isPowerLow = false;

  const mayRun = ({ job, isUrgent }: Entry) => job.state === 'queued' && (!isPowerLow || isUrgent);
  const waiting = () => (isClosing ? undefined : ledger.entries.find(mayRun));
  const wake = () => {
    if (waiting() !== undefined) running ??= Promise.resolve().then(runAll);
  };
  const runAll = async () => {
    options.workingChanged(true);
    const tally = new BatchTally();
    for (let next = waiting(); next !== undefined; next = waiting()) {
      current = next;
      await runner.run(next);
      current = undefined;
      tally.add(next.job);
    }
    running = undefined;
    options.workingChanged(false);
    const end = tally.end(ledger.entries.filter(({ job }) => job.state === 'paused').length);
    if (end && !isClosing) options.batchEnded(end);
  };
  const requeue = (entry: Entry) => {
    entry.job = without(entry.job, 'pausedBy', 'disk', 'error');
    ledger.set(entry, { state: 'queued' });
    wake();
  };

  /** Has a job that waits for room go on when there is some. */
  const lookForRoom = async (entry: Entry) => {
    const { disk } = entry.job;
    const needed = entry.needed ?? (disk && { folder: disk.folder, bytes: 0 });
    if (!needed || (await options.missing(needed)) || entry.job.pausedBy !== 'disk') return;
    if (disk) options.diskChanged({ ...disk, enough: true });
    requeue(entry);
  };
  const poll = setInterval(() => {
    for (const entry of ledger.entries)
      if (entry !== current && entry.job.pausedBy === 'disk' && !isClosing)
        void lookForRoom(entry).catch(() => undefined);
  }, options.milliseconds.poll);
  poll.unref();
  wake();

  return {
    add(request) {
      const entry = newEntry(newJob(request), false);
      const { job } = entry;
      ledger.add(entry);
      wake();
      return job;
    },
    cancel(id) {
      const entry = ledger.find(id);
      if (entry === undefined || isEnded(entry.job.state)) return false;
      entry.controller.abort();
      if (entry === current) return true;
      const { request, state } = entry.job;
      entry.job = without(entry.job, 'pausedBy', 'disk');
      if (state === 'paused') void options.discard(request).catch(() => undefined);
      ledger.set(entry, { state: 'cancelled' });
      return true;
    },
    pause(id, when, by = 'you') {
      const entry = ledger.find(id);
      if (entry === undefined) return false;
      if (entry.job.state === 'queued') ledger.set(entry, { state: 'paused', pausedBy: by });
      else if (entry === current && isWorking(entry.job.state)) runner.hold(entry, when, by);
      else return false;
      return true;
    },
    resume(id) {
      const entry = ledger.find(id);
      if (entry === undefined) return false;
      entry.isUrgent = true;
      if (entry === current && entry.gate.isHeld) runner.release(entry);
      else if (entry.job.state === 'paused') {
        entry.needed = undefined;
        requeue(entry);
      } else return false;
      return true;
    },
    move: (id, before) => ledger.move(id, before),
    remove: (id) => ledger.remove(id),
    retry(id) {
      const entry = ledger.find(id);
      if (entry === undefined || !['failed', 'cancelled'].includes(entry.job.state)) return undefined;
      ledger.update(entry, unbegun);
      requeue(entry);
      return entry.job;
    },
    list: () => ledger.entries.map(({ job }) => job),
    setPower(isLow) {
      isPowerLow = isLow;
      if (isLow && current && isWorking(current.job.state) && !current.isUrgent) runner.hold(current, 'now', 'battery');
      if (isLow) return;
      for (const entry of ledger.entries)
        if (entry === current && entry.gate.isHeld && entry.heldBy === 'battery') runner.release(entry);
        else if (entry !== current && entry.job.pausedBy === 'battery') requeue(entry);
      wake();
    },
    async close() {
      isClosing = true;
      clearInterval(poll);
      current?.controller.abort(current.job.resumable ? new Suspension() : undefined);
      const left = current;
      await running;
      // Verifying begins again next time.
      if (left?.job.state === 'cancelled') ledger.set(left, { state: 'queued' });
    },
  };
}
