import { isEnded, type Job } from '../../contract/jobs.ts';
import type { Entry } from './entry.ts';

const jobsRemembered = 50;

export interface LedgerListener {
  readonly changed: (job: Job) => void;
  readonly orderChanged: (order: readonly string[]) => void;
  /** Keeps the jobs that have not ended. */
  readonly save: (jobs: readonly Job[]) => void;
}

/** The jobs of the queue in their order. Every change of state is saved and told; mere progress only when it is told. */
export class JobLedger {
  readonly #entries: Entry[];
  readonly #listener: LedgerListener;

  constructor(entries: readonly Entry[], listener: LedgerListener) {
    this.#entries = [...entries];
    this.#listener = listener;
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  find(id: string): Entry | undefined {
    return this.#entries.find(({ job }) => job.id === id);
  }

  /** Changes a job, which nobody is told yet. */
  update(entry: Entry, change: Partial<Job>): void {
    entry.job = { ...entry.job, ...change, revision: entry.job.revision + 1 };
  }

  tell({ job }: Entry): void {
    this.#listener.changed(job);
  }

  /** Changes a job's state. */
  set(entry: Entry, change: Partial<Job>): void {
    this.update(entry, change);
    this.#save();
    this.tell(entry);
  }

  /** Puts a job behind all others, and forgets the oldest that has ended when there are many. */
  add(entry: Entry): void {
    this.#entries.push(entry);
    const oldest = this.#entries.findIndex(({ job }) => isEnded(job.state));
    if (this.#entries.length > jobsRemembered && oldest >= 0) this.#entries.splice(oldest, 1);
    this.tell(entry);
    this.#tellOrder();
  }

  /** Puts a job before another, or behind all; false where there is no such job. */
  move(id: string, before: string | undefined): boolean {
    const place = this.#entries.findIndex(({ job }) => job.id === id);
    const [entry] = place < 0 ? [] : this.#entries.splice(place, 1);
    if (entry === undefined) return false;
    const target =
      before === undefined ? this.#entries.length : this.#entries.findIndex(({ job }) => job.id === before);
    this.#entries.splice(target < 0 ? place : target, 0, entry);
    if (target >= 0) this.#tellOrder();
    return target >= 0;
  }

  /** Forgets a job that has ended; false where there is no such. */
  remove(id: string): boolean {
    const place = this.#entries.findIndex(({ job }) => job.id === id && isEnded(job.state));
    if (place < 0) return false;
    this.#entries.splice(place, 1);
    this.#tellOrder();
    return true;
  }

  /** Jobs that have not ended, in their order. */
  #left(): Job[] {
    return this.#entries.map(({ job }) => job).filter(({ state }) => !isEnded(state));
  }

  #save(): void {
    this.#listener.save(this.#left());
  }

  #tellOrder(): void {
    this.#save();
    this.#listener.orderChanged(this.#entries.map(({ job: { id } }) => id));
  }
}
