import { isWorking, type DiskRoom, type Job, type JobRequest } from '../../contract/jobs.ts';
import { Suspension, type EngineContext, type JobEvent, type Report } from '../../engine/index.ts';
import { toFailure } from '../failure.ts';
import { toReceipt } from './receipt.ts';
import type { SpaceNeeded } from './space-needed.ts';
import type { Entry, PausedBy } from './entry.ts';
import type { JobLedger } from './job-ledger.ts';
import { advance, unbegun, without, working } from './job-record.ts';
import { createPauseControl } from './pause-control.ts';

const millisecondsBetweenEvents = 100;

export interface RunnerOptions {
  /** `isRevived`: an earlier start of the program may have done some of it, or all. */
  readonly start: (
    request: JobRequest,
    context: Pick<EngineContext, 'signal' | 'pause'> & { readonly isRevived: boolean },
  ) => AsyncIterable<JobEvent>;
  /** Does what follows a finished job, and says what of it could not be done. */
  readonly finished: (job: Job, report: Report) => Promise<readonly string[]>;
  readonly diskChanged: (room: DiskRoom & { readonly enough: boolean }) => void;
  readonly space: (request: JobRequest, signal: AbortSignal) => Promise<SpaceNeeded | undefined>;
  readonly missing: (needed: SpaceNeeded) => Promise<DiskRoom | undefined>;
  /** How often drives are looked at, and how long a paused job keeps its memory. */
  readonly milliseconds: { readonly poll: number; readonly patience: number };
}

/** Does the work of one job, and holds it back for a person, a full disk or an empty battery. */
export class JobRunner {
  readonly #ledger: JobLedger;
  readonly #options: RunnerOptions;

  constructor(ledger: JobLedger, options: RunnerOptions) {
    this.#ledger = ledger;
    this.#options = options;
  }

  /** Resolves when the job is done, failed, cancelled, or paused without its threads. */
  async run(entry: Entry): Promise<void> {
    entry.controller = new AbortController();
    entry.gate = createPauseControl();
    entry.job = without(entry.job, 'pausedBy', 'disk', 'error');
    try {
      this.#ledger.set(entry, { state: 'checking-space', ...unbegun });
      if (!(await this.#hasRoom(entry))) return;
      this.#ledger.set(entry, { state: working[entry.job.command] });
      await this.#work(entry);
      entry.job = without(entry.job, 'pausedBy', 'disk', 'memory');
      this.#ledger.set(entry, { state: 'done' });
    } catch (thrown) {
      await this.#stopped(entry, thrown);
    }
  }

  /** Closes the job's gate at its next border; it keeps its threads for a while, and then lets the next job run. */
  hold(entry: Entry, when: 'now' | 'after-tensor', by: PausedBy, disk?: DiskRoom): void {
    entry.heldBy = by;
    entry.gate.hold(when === 'now' ? 'batch' : 'tensor', () => {
      if (by === 'disk' && disk) this.#pauseForDisk(entry, disk);
      else this.#ledger.set(entry, { state: 'paused', pausedBy: by });
      const { controller, gate } = entry;
      setTimeout(() => {
        if (gate.isHeld && entry.job.resumable) controller.abort(new Suspension());
      }, this.#options.milliseconds.patience).unref();
    });
    // The border may be seconds away, and a click that shows nothing is clicked again.
    this.#ledger.set(entry, { pausedBy: by });
  }

  /** The inverse of {@link hold}. */
  release(entry: Entry): void {
    if (entry.job.disk) this.#options.diskChanged({ ...entry.job.disk, enough: true });
    entry.job = without(entry.job, 'pausedBy', 'disk');
    this.#ledger.set(entry, { state: working[entry.job.command] });
    entry.gate.release();
  }

  /** Whether the output fits on its drive; the job is paused where it does not. */
  async #hasRoom(entry: Entry): Promise<boolean> {
    const { signal } = entry.controller;
    // A model that cannot be looked at fails at work, with the engine's own words.
    const needed = entry.needed ?? (await this.#options.space(entry.job.request, signal).catch(() => undefined));
    const missing = needed && (await this.#options.missing(needed));
    signal.throwIfAborted();
    entry.needed = needed;
    if (missing) this.#pauseForDisk(entry, missing);
    return missing === undefined;
  }

  async #work(entry: Entry): Promise<void> {
    const { request } = entry.job;
    const { signal } = entry.controller;
    using watch = new DisposableStack();
    watch.use(this.#watchDisk(entry, entry.needed));
    entry.needed = undefined;
    let told = 0;
    for await (const event of this.#options.start(request, { signal, pause: entry.gate, isRevived: entry.isRevived })) {
      if (event.type === 'finished') await this.#finish(entry, event.report);
      else this.#ledger.update(entry, advance(entry.job, event));
      if (performance.now() - told < millisecondsBetweenEvents) continue;
      told = performance.now();
      this.#ledger.tell(entry);
    }
  }

  async #finish(entry: Entry, report: Report): Promise<void> {
    const receipt = toReceipt(report, entry.job.request);
    this.#ledger.update(entry, { receipt, bytesDone: entry.job.bytesTotal, bytesOut: receipt.bytesOut });
    const notices = await this.#options.finished(entry.job, report);
    if (notices.length > 0)
      this.#ledger.update(entry, { receipt: { ...receipt, notices: [...receipt.notices, ...notices] } });
  }

  /** What becomes of a job that did not finish. */
  async #stopped(entry: Entry, thrown: unknown): Promise<void> {
    const { request } = entry.job;
    entry.job = without(entry.job, 'memory');
    if (entry.controller.signal.reason instanceof Suspension) {
      this.#ledger.set(entry, { state: 'paused', pausedBy: entry.job.pausedBy ?? 'quit' });
      return;
    }
    const error = toFailure(thrown, working[request.command]);
    if (error.code === 'DISK_FULL') {
      await this.#waitForRoom(entry);
      return;
    }
    entry.job = without(entry.job, 'pausedBy', 'disk');
    const isCancelled = error.code === 'CANCELLED' || entry.controller.signal.aborted;
    this.#ledger.set(entry, isCancelled ? { state: 'cancelled', error: cancelled(error) } : { state: 'failed', error });
  }

  /** Pauses a job that has met the end of its disk until it would fit there as a whole. */
  async #waitForRoom(entry: Entry): Promise<void> {
    const { request } = entry.job;
    const { space, missing } = this.#options;
    const needed = (await space(request, new AbortController().signal).catch(() => undefined)) ?? {
      folder: request.command === 'compress' ? request.input : request.archive,
      bytes: 0,
    };
    entry.needed = needed;
    const room = await missing(needed).catch(() => undefined);
    this.#pauseForDisk(entry, room ?? { folder: needed.folder, free: 0, needed: needed.bytes });
  }

  #pauseForDisk(entry: Entry, disk: DiskRoom): void {
    this.#ledger.set(entry, { state: 'paused', pausedBy: 'disk', disk });
    this.#options.diskChanged({ ...disk, enough: false });
  }

  /** Holds the work while its drive has less than the reserve left. */
  #watchDisk(entry: Entry, needed: SpaceNeeded | undefined): Disposable {
    const look = async (): Promise<void> => {
      if (!needed) return;
      const missing = await this.#options.missing({ ...needed, bytes: 0 });
      if (missing && isWorking(entry.job.state)) this.hold(entry, 'now', 'disk', missing);
      else if (!missing && entry.job.pausedBy === 'disk' && entry.gate.isHeld) this.release(entry);
    };
    const timer = setInterval(() => void look().catch(() => undefined), this.#options.milliseconds.poll);
    return { [Symbol.dispose]: () => clearInterval(timer) };
  }
}

function cancelled(error: { readonly code: string; readonly message: string }): NonNullable<Job['error']> {
  return error.code === 'CANCELLED' ? error : { code: 'CANCELLED', message: 'Stopped. The original is untouched.' };
}
