import type { BatchEnd } from '../contract/events.ts';
import { isEnded, isWorking, type DiskRoom, type Job, type JobRequest } from '../contract/jobs.ts';
import { Suspension, type EngineContext, type JobEvent, type Report } from '../engine/index.ts';
import { toFailure } from './failure.ts';
import { advance, newJob, revive, unbegun, without, working } from './job-record.ts';
import { createPauseControl, type PauseControl } from './pause-control.ts';
import { toReceipt } from './receipt.ts';
import type { SpaceNeeded } from './space-needed.ts';

const jobsRemembered = 50;
const millisecondsBetweenEvents = 100;

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

type PausedBy = NonNullable<Job['pausedBy']>;

export interface JobQueueOptions {
  /** `isRevived`: an earlier start of the program may have done some of it, or all. */
  readonly start: (
    request: JobRequest,
    context: Pick<EngineContext, 'signal' | 'pause'> & { readonly isRevived: boolean },
  ) => AsyncIterable<JobEvent>;
  readonly changed: (job: Job) => void;
  readonly orderChanged: (order: readonly string[]) => void;
  /** Does what follows a finished job, and says what of it could not be done. */
  readonly finished: (job: Job, report: Report) => Promise<readonly string[]>;
  readonly batchEnded: (end: BatchEnd) => void;
  readonly diskChanged: (room: DiskRoom & { readonly enough: boolean }) => void;
  /** Told when work begins and when all is still, so that a shell can keep the computer awake. */
  readonly workingChanged: (isWorking: boolean) => void;
  /** Keeps the jobs that have not ended. */
  readonly save: (jobs: readonly Job[]) => void;
  readonly space: (request: JobRequest, signal: AbortSignal) => Promise<SpaceNeeded | undefined>;
  readonly missing: (needed: SpaceNeeded) => Promise<DiskRoom | undefined>;
  /** Removes what a paused job has written. */
  readonly discard: (request: JobRequest) => Promise<void>;
  /** How often drives are looked at, and how long a paused job keeps its memory. */
  readonly milliseconds: { readonly poll: number; readonly patience: number };
  /** Jobs of an earlier start, in their order. */
  readonly earlier: readonly unknown[];
}

interface Entry {
  job: Job;
  controller: AbortController;
  gate: PauseControl;
  readonly isRevived: boolean;
  /** Why its gate was closed last. */
  heldBy?: PausedBy;
  /** A person wants it to run whatever the power. */
  isUrgent: boolean;
  /** Bytes that must have become free, after the disk was full in the midst of the work. */
  needed?: SpaceNeeded | undefined;
}

/**
 * Runs jobs one after another, since each takes all cores. A paused job holds its threads for a while and then gives them to
 * the next; one that the disk has paused goes on by itself when there is room. Every change of state is saved; mere progress
 * is told at most ten times a second.
 */
export function createJobQueue(options: JobQueueOptions): JobQueue {
  const { start, changed, milliseconds } = options;
  const newEntry = (job: Job, isRevived: boolean): Entry => ({
    ...{ job, isRevived, isUrgent: false, controller: new AbortController(), gate: createPauseControl() },
  });
  const revived = options.earlier.flatMap((stored) => revive(stored) ?? []);
  const entries: Entry[] = revived.map((job) => newEntry(job, true));
  let running: Promise<void> | undefined;
  let current: Entry | undefined;
  let isClosing = false;
  let isPowerLow = false;
  let batch = { done: 0, failed: 0, bytesSaved: 0, path: '' };

  const save = () => options.save(entries.map(({ job }) => job).filter(({ state }) => !isEnded(state)));
  const update = (entry: Entry, change: Partial<Job>) => {
    entry.job = { ...entry.job, ...change, revision: entry.job.revision + 1 };
  };
  const set = (entry: Entry, change: Partial<Job>) => {
    update(entry, change);
    save();
    changed(entry.job);
  };
  const find = (id: string) => entries.find(({ job }) => job.id === id);
  const mayRun = ({ job, isUrgent }: Entry) => job.state === 'queued' && (!isPowerLow || isUrgent);
  const waiting = () => (isClosing ? undefined : entries.find(mayRun));

  const pauseForDisk = (entry: Entry, disk: DiskRoom) => {
    set(entry, { state: 'paused', pausedBy: 'disk', disk });
    options.diskChanged({ ...disk, enough: false });
  };

  const run = async (entry: Entry) => {
    entry.controller = new AbortController();
    entry.gate = createPauseControl();
    entry.job = without(entry.job, 'pausedBy', 'disk', 'error');
    const { request } = entry.job;
    const { signal } = entry.controller;
    let told = 0;
    try {
      set(entry, { state: 'checking-space', ...unbegun });
      // A model that cannot be looked at fails below, with the engine's own words.
      const needed = entry.needed ?? (await options.space(request, signal).catch(() => undefined));
      const missing = needed && (await options.missing(needed));
      signal.throwIfAborted();
      if (needed && missing) {
        entry.needed = needed;
        pauseForDisk(entry, missing);
        return;
      }
      entry.needed = undefined;
      set(entry, { state: working[request.command] });
      using watch = new DisposableStack();
      watch.use(watchDisk(entry, needed));
      for await (const event of start(request, { signal, pause: entry.gate, isRevived: entry.isRevived })) {
        if (event.type === 'finished') {
          const receipt = toReceipt(event.report, request);
          update(entry, { receipt, bytesDone: entry.job.bytesTotal, bytesOut: receipt.bytesOut });
          const notices = await options.finished(entry.job, event.report);
          if (notices.length > 0) update(entry, { receipt: { ...receipt, notices: [...receipt.notices, ...notices] } });
        } else update(entry, advance(entry.job, event));
        if (performance.now() - told < millisecondsBetweenEvents) continue;
        told = performance.now();
        changed(entry.job);
      }
      entry.job = without(entry.job, 'pausedBy', 'disk', 'memory');
      set(entry, { state: 'done' });
      const { bytesIn = 0, bytesOut = 0, output = '' } = entry.job.receipt ?? {};
      const saved = request.command === 'compress' ? bytesIn - bytesOut : 0;
      batch = { ...batch, done: batch.done + 1, bytesSaved: batch.bytesSaved + saved, path: output };
    } catch (thrown) {
      await stopped(entry, thrown);
    }
  };

  /** What becomes of a job that did not finish. */
  const stopped = async (entry: Entry, thrown: unknown) => {
    const { request } = entry.job;
    entry.job = without(entry.job, 'memory');
    if (entry.controller.signal.reason instanceof Suspension) {
      set(entry, { state: 'paused', pausedBy: entry.job.pausedBy ?? 'quit' });
      return;
    }
    const error = toFailure(thrown, request.command);
    if (error.code === 'DISK_FULL') {
      const needed = (await options.space(request, new AbortController().signal).catch(() => undefined)) ?? {
        folder: request.command === 'compress' ? request.input : request.archive,
        bytes: 0,
      };
      entry.needed = needed;
      const missing = await options.missing(needed).catch(() => undefined);
      pauseForDisk(entry, missing ?? { folder: needed.folder, free: 0, needed: needed.bytes });
      return;
    }
    entry.job = without(entry.job, 'pausedBy', 'disk');
    const isCancelled = error.code === 'CANCELLED' || entry.controller.signal.aborted;
    if (!isCancelled) batch = { ...batch, failed: batch.failed + 1 };
    set(entry, isCancelled ? { state: 'cancelled', error: cancelled(error) } : { state: 'failed', error });
  };

  /** Holds the work while its drive has less than the reserve left. */
  const watchDisk = (entry: Entry, needed: SpaceNeeded | undefined): Disposable => {
    const timer = setInterval(() => {
      if (!needed) return;
      void options.missing({ ...needed, bytes: 0 }).then(
        (missing) => {
          if (missing && isWorking(entry.job.state)) hold(entry, 'now', 'disk', missing);
          else if (!missing && entry.job.pausedBy === 'disk' && entry.gate.isHeld) release(entry);
        },
        () => undefined,
      );
    }, milliseconds.poll);
    return { [Symbol.dispose]: () => clearInterval(timer) };
  };

  const hold = (entry: Entry, when: 'now' | 'after-tensor', by: PausedBy, disk?: DiskRoom) => {
    const border = when === 'now' ? 'batch' : 'tensor';
    entry.heldBy = by;
    entry.gate.hold(border, () => {
      if (by === 'disk' && disk) pauseForDisk(entry, disk);
      else set(entry, { state: 'paused', pausedBy: by });
      const { controller, gate } = entry;
      // Memory is given back, and the next job may run, when this lasts.
      setTimeout(() => {
        if (gate.isHeld && entry.job.resumable) controller.abort(new Suspension());
      }, milliseconds.patience).unref();
    });
    if (when === 'after-tensor') set(entry, { pausedBy: by });
  };

  const release = (entry: Entry) => {
    if (entry.job.disk) options.diskChanged({ ...entry.job.disk, enough: true });
    entry.job = without(entry.job, 'pausedBy', 'disk');
    set(entry, { state: working[entry.job.command] });
    entry.gate.release();
  };

  /** Looks whether there is room again for jobs that wait for it. */
  const pollDisks = setInterval(() => {
    for (const entry of entries) {
      if (entry === current || entry.job.pausedBy !== 'disk' || isClosing) continue;
      const { disk } = entry.job;
      const needed = entry.needed ?? (disk && { folder: disk.folder, bytes: 0 });
      if (!needed) continue;
      void options.missing(needed).then(
        (missing) => {
          if (missing || entry.job.pausedBy !== 'disk') return;
          if (disk) options.diskChanged({ ...disk, enough: true });
          requeue(entry);
        },
        () => undefined,
      );
    }
  }, milliseconds.poll);
  pollDisks.unref();

  const requeue = (entry: Entry) => {
    entry.job = without(entry.job, 'pausedBy', 'disk', 'error');
    set(entry, { state: 'queued' });
    wake();
  };

  const runAll = async () => {
    options.workingChanged(true);
    for (let next = waiting(); next !== undefined; next = waiting()) {
      current = next;
      await run(next);
      current = undefined;
    }
    running = undefined;
    options.workingChanged(false);
    if (batch.done + batch.failed === 0 || isClosing) return;
    const { path, ...counts } = batch;
    const paused = entries.filter(({ job }) => job.state === 'paused').length;
    batch = { done: 0, failed: 0, bytesSaved: 0, path: '' };
    options.batchEnded({ ...counts, paused, ...(path === '' ? {} : { path }) });
  };
  const wake = () => {
    if (waiting() !== undefined) running ??= Promise.resolve().then(runAll);
  };
  const tellOrder = () => {
    save();
    options.orderChanged(entries.filter(({ job }) => !isEnded(job.state)).map(({ job }) => job.id));
  };
  wake();

  return {
    add(request) {
      const entry = newEntry(newJob(request), false);
      const { job } = entry;
      entries.push(entry);
      const oldest = entries.findIndex((known) => isEnded(known.job.state));
      if (entries.length > jobsRemembered && oldest >= 0) entries.splice(oldest, 1);
      changed(job);
      tellOrder();
      wake();
      return job;
    },
    cancel(id) {
      const entry = find(id);
      if (entry === undefined || isEnded(entry.job.state)) return false;
      entry.controller.abort();
      if (entry === current) return true;
      const { request, state } = entry.job;
      entry.job = without(entry.job, 'pausedBy', 'disk');
      if (state === 'paused') void options.discard(request).catch(() => undefined);
      set(entry, { state: 'cancelled' });
      return true;
    },
    pause(id, when, by = 'you') {
      const entry = find(id);
      if (entry === undefined) return false;
      if (entry.job.state === 'queued') set(entry, { state: 'paused', pausedBy: by });
      else if (entry === current && isWorking(entry.job.state)) hold(entry, when, by);
      else return false;
      return true;
    },
    resume(id) {
      const entry = find(id);
      if (entry === undefined) return false;
      entry.isUrgent = true;
      if (entry === current && entry.gate.isHeld) release(entry);
      else if (entry.job.state === 'paused') {
        entry.needed = undefined;
        requeue(entry);
      } else return false;
      return true;
    },
    move(id, before) {
      const place = entries.findIndex(({ job }) => job.id === id);
      const [entry] = place < 0 ? [] : entries.splice(place, 1);
      if (entry === undefined) return false;
      const target = before === undefined ? entries.length : entries.findIndex(({ job }) => job.id === before);
      entries.splice(target < 0 ? place : target, 0, entry);
      if (target >= 0) tellOrder();
      return target >= 0;
    },
    remove(id) {
      const place = entries.findIndex(({ job }) => job.id === id && isEnded(job.state));
      if (place < 0) return false;
      entries.splice(place, 1);
      tellOrder();
      return true;
    },
    retry(id) {
      const entry = find(id);
      if (entry === undefined || !['failed', 'cancelled'].includes(entry.job.state)) return undefined;
      update(entry, unbegun);
      requeue(entry);
      return entry.job;
    },
    list: () => entries.map(({ job }) => job),
    setPower(isLow) {
      isPowerLow = isLow;
      if (isLow && current && isWorking(current.job.state) && !current.isUrgent) hold(current, 'now', 'battery');
      if (isLow) return;
      for (const entry of entries)
        if (entry === current && entry.gate.isHeld && entry.heldBy === 'battery') release(entry);
        else if (entry !== current && entry.job.pausedBy === 'battery') requeue(entry);
      wake();
    },
    async close() {
      isClosing = true;
      clearInterval(pollDisks);
      current?.controller.abort(current.job.resumable ? new Suspension() : undefined);
      const left = current;
      await running;
      // Verifying begins again next time.
      if (left?.job.state === 'cancelled') set(left, { state: 'queued' });
    },
  };
}

function cancelled(error: { readonly code: string; readonly message: string }): NonNullable<Job['error']> {
  return error.code === 'CANCELLED' ? error : { code: 'CANCELLED', message: 'Stopped. The original is untouched.' };
}
