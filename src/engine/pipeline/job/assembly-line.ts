import { CancelledError } from '../../errors.ts';
import type { Crew, Slot } from '../../workers/crew.ts';
import type { PauseGate } from './requests.ts';

/**
 * Sends blocks through a crew: their first step runs side by side, their second begins in the order in which they were
 * added, so that offsets and digests come out the same on any number of threads.
 */
export class AssemblyLine {
  readonly #crew: Crew;
  readonly #signal: AbortSignal;
  readonly #pause: PauseGate | undefined;
  readonly #cancelled = Promise.withResolvers<undefined>();
  readonly #cancel = (): void => {
    this.#fail(new CancelledError());
    this.#cancelled.resolve(undefined);
  };
  readonly #finishing = new Set<Promise<void>>();
  #tail: Promise<void> = Promise.resolve();
  #failure: Error | undefined;
  #stopping: Promise<void> | undefined;

  constructor(crew: Crew, signal: AbortSignal, pause?: PauseGate) {
    this.#pause = pause;
    this.#crew = crew;
    this.#signal = signal;
    signal.addEventListener('abort', this.#cancel, { once: true });
    if (signal.aborted) this.#cancel();
  }

  /**
   * Waits for a slot, starts `first` in it, and returns; `second` gets its result in order, and the slot is free again when
   * what `second` returns has settled. Rejects once anything on the line has failed.
   */
  async add<Result>(
    first: (slot: Slot) => Promise<Result>,
    second: (slot: Slot, result: Result) => Promise<unknown>,
  ): Promise<void> {
    await this.border('batch');
    const slot = await this.#crew.acquire();
    const started = first(slot);
    // Seen in order below; until then it must not count as unhandled.
    started.catch(() => undefined);
    this.#tail = this.#tail.then(async () => {
      if (this.#failure) return;
      try {
        const result = await started;
        this.#finish(slot, second(slot, result));
      } catch (error) {
        this.#fail(error);
      }
    });
  }

  /** Waits while a person holds the work; what is under way goes on meanwhile, so that threads are idle soon. */
  async border(kind: 'batch' | 'tensor'): Promise<void> {
    for (let held = this.#pause?.wait(kind); held && !this.#signal.aborted; held = this.#pause?.wait(kind))
      await Promise.race([held, this.#cancelled.promise]);
  }

  /** Runs what adds to the line, then waits until everything added is finished; rejects with the first failure. */
  async fill(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#fail(error);
    }
    await this.#tail;
    await Promise.all(this.#finishing);
    // From here on the threads may belong to another job, which this signal must not stop.
    this.#signal.removeEventListener('abort', this.#cancel);
    await this.#stopping;
    if (this.#failure) throw this.#failure;
  }

  /** Ends what is on the line as if one of its steps had failed; only while it is being filled. */
  fail(error: unknown): void {
    this.#fail(error);
  }

  #finish(slot: Slot, work: Promise<unknown>): void {
    const finishing: Promise<void> = work
      .then(
        () => this.#crew.release(slot),
        (error: unknown) => this.#fail(error),
      )
      .finally(() => this.#finishing.delete(finishing));
    this.#finishing.add(finishing);
  }

  #fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error(String(error));
    this.#stopping ??= this.#crew.stop(this.#failure);
  }
}
