import type { Worker } from 'node:worker_threads';
import type { CodecNode } from '../codecs/codec.ts';
import type { TensorApproximation } from '../quantizers/approximate.ts';
import { digestKinds, type DigestKind, type EndedDigests, type HashPieces, type TaskOf } from './protocol.ts';
import { leaveThreads, takeThread } from './idle-threads.ts';
import type { SampleLook } from './sample-look.ts';
import type { TrialResult } from './sample-trial.ts';
import type { Thread } from './thread.ts';

/** Room for one batch of blocks in one coding thread; whoever holds it may use it until it is released. */
export interface Slot {
  readonly thread: Thread;
  readonly threadNumber: number;
  readonly slot: number;
  /** Where the batch's bytes lie in that thread's memory. */
  readonly start: number;
}

export interface CrewSize {
  /** Coding threads. */
  readonly threads: number;
  /** Batches that each of them may hold. */
  readonly slots: number;
  readonly slotBytes: number;
  readonly blockBytes: number;
}

/**
 * How many threads only hash beside so many that code. A single coder hashes what it codes itself: a job that is worth no
 * second one is done before others have started. What two coders do, one thread hashes for the file and for its tensors in
 * less time than that.
 */
export function hasherCount(coders: number): number {
  return Math.min(coders - 1, digestKinds.length);
}

/**
 * The threads of one job: some that code blocks, and some that hash them straight from the coders'
 * memory, because a digest is as slow as coding. The number of slots bounds how much is under way; waiting for a free one is the
 * back-pressure.
 */
export class Crew implements AsyncDisposable {
  readonly #spawn: () => Worker;
  readonly #threads: readonly Thread[];
  readonly #coders: readonly Thread[];
  readonly #hashers: Readonly<Partial<Record<DigestKind, Thread>>>;
  readonly #free: Slot[];
  readonly #waiting: PromiseWithResolvers<Slot>[] = [];
  #abandoned: Error | undefined;
  #turn = 0;

  private constructor(
    spawn: () => Worker,
    threads: readonly Thread[],
    coders: readonly Thread[],
    hashers: Partial<Record<DigestKind, Thread>>,
    slots: Slot[],
  ) {
    this.#spawn = spawn;
    this.#threads = threads;
    this.#coders = coders;
    this.#hashers = hashers;
    this.#free = slots;
  }

  /** Starts the threads, with those for the digests that the job takes. */
  static async start(
    spawn: () => Worker,
    { threads, slots, slotBytes, blockBytes }: CrewSize,
    digests: readonly DigestKind[],
  ): Promise<Crew> {
    const coders = Array.from({ length: threads }, () => takeThread(spawn));
    const count = Math.min(hasherCount(threads), digests.length);
    const hashing = count === 0 ? coders : Array.from({ length: count }, () => takeThread(spawn));
    const hashers = Object.fromEntries(digests.map((kind, place) => [kind, hashing[place % hashing.length]]));
    const all = [...new Set([...coders, ...hashing])];
    try {
      const opened = await Promise.all(
        coders.map((thread) => thread.run({ kind: 'open', slots, slotBytes, blockBytes })),
      );
      // Not awaited, so that coders begin while hashers start; one that fails fails what it is asked to hash.
      for (const [thread, { memory }] of opened.entries())
        for (const hasher of hashing) void hasher.run({ kind: 'attach', thread, memory }).catch(() => undefined);
      // Slot by slot over the threads, so that the first blocks start everywhere.
      const free = Array.from({ length: slots }, (_, slot) =>
        coders.map((thread, threadNumber) => ({
          thread,
          threadNumber,
          slot,
          start: opened[threadNumber]?.inputs[slot] ?? 0,
        })),
      ).flat();
      return new Crew(spawn, all, coders, hashers, free);
    } catch (error) {
      await leaveThreads(spawn, all);
      throw error;
    }
  }

  /** Waits for a free slot. */
  acquire(): Promise<Slot> {
    if (this.#abandoned) return Promise.reject(this.#abandoned);
    const slot = this.#free.shift();
    if (slot) return Promise.resolve(slot);
    const waiting = Promise.withResolvers<Slot>();
    this.#waiting.push(waiting);
    return waiting.promise;
  }

  release(slot: Slot): void {
    const next = this.#waiting.shift();
    if (next) next.resolve(slot);
    else this.#free.push(slot);
  }

  /**
   * Ends all threads, in the middle of what they do, and lets nobody wait for a slot any more. When it has settled no thread
   * of this crew reads or writes a file: only then may descriptors be closed, whose numbers the next file gets.
   */
  async stop(error: Error): Promise<void> {
    this.#abandoned ??= error;
    for (const waiting of this.#waiting.splice(0)) waiting.reject(this.#abandoned);
    await Promise.all(this.#threads.map((thread) => thread[Symbol.asyncDispose]()));
  }

  /** Asks some coding thread for a plan. */
  async plan(task: Omit<TaskOf<'plan'>, 'kind'>): Promise<CodecNode> {
    const { node } = await this.#nextThread().run({ kind: 'plan', ...task });
    return node;
  }

  #nextThread(): Thread {
    const thread = this.#coders[this.#turn++ % this.#coders.length];
    if (!thread) throw new Error('A crew has at least one thread.');
    return thread;
  }

  /** Asks some coding thread to count and code a sample. */
  look(task: Omit<TaskOf<'look'>, 'kind'>): Promise<SampleLook> {
    return this.#nextThread().run({ kind: 'look', ...task });
  }

  /** Asks some coding thread to approximate a sample. */
  try(task: Omit<TaskOf<'try'>, 'kind'>): Promise<TrialResult> {
    return this.#nextThread().run({ kind: 'try', ...task });
  }

  /** Asks some coding thread how to approximate a tensor. */
  parameters(task: Omit<TaskOf<'parameters'>, 'kind'>): Promise<TensorApproximation> {
    return this.#nextThread().run({ kind: 'parameters', ...task });
  }

  /** Feeds pieces to running digests; pieces of one key must come in order, over all calls. Returns those that ended. */
  async hash(pieces: HashPieces): Promise<EndedDigests> {
    const asked = digestKinds.filter((kind) => (pieces[kind]?.length ?? 0) > 0);
    const answers = await Promise.all(
      [...Map.groupBy(asked, (kind) => this.#hashers[kind])].map(([hasher, kinds]) => {
        if (!hasher) throw new Error(`This crew takes no digests of ${kinds.join(' and ')}.`);
        return hasher.run({ kind: 'hash', pieces: Object.fromEntries(kinds.map((kind) => [kind, pieces[kind]])) });
      }),
    );
    return Object.assign({}, ...answers) as EndedDigests;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await leaveThreads(this.#spawn, this.#threads);
  }
}
