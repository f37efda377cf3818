import type { Worker } from 'node:worker_threads';
import { FeatherweightError, fromErrorData, toErrorData } from '../errors.ts';
import type { Reply, Request, Results, TaskKind, TaskOf } from './protocol.ts';

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

/** One worker thread seen from the outside: ask it something, await the answer. A thread that dies fails all that wait. */
export class Thread implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  #dead: FeatherweightError | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (reply: Reply) => {
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if ('error' in reply) waiting?.reject(fromErrorData(reply.error));
      else waiting?.resolve(reply.result as never);
    });
    worker.on('error', (error) => {
      this.#fail(
        new FeatherweightError('INTERNAL', `A coding thread failed: ${toErrorData(error).message}`, { cause: error }),
      );
    });
    worker.on('exit', (code) => {
      this.#fail(new FeatherweightError('INTERNAL', `A coding thread ended early (exit ${code}).`));
    });
  }

  /** Sends a task; rejects with the engine error that it raised over there. */
  run<Kind extends TaskKind>(task: TaskOf<Kind>): Promise<Results[Kind]> {
    if (this.#dead) return Promise.reject(this.#dead);
    const id = this.#next++;
    return new Promise<Results[Kind]>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, task } satisfies Request);
    });
  }

  /** Has the codecs loaded while nobody waits for it. */
  load(): void {
    this.#worker.postMessage({ id: this.#next++, task: { kind: 'load' } } satisfies Request);
  }

  /** An idle thread does not keep the process alive. */
  rest(): void {
    this.#worker.unref();
  }

  /** The inverse of {@link rest}. */
  wake(): void {
    this.#worker.ref();
  }

  get isUsable(): boolean {
    return this.#dead === undefined && this.#waiting.size === 0;
  }

  /** Stops at once, in the middle of a kernel if need be: nothing else aborts a WebAssembly loop. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#fail(new FeatherweightError('CANCELLED', 'The thread was stopped.'));
    await this.#worker.terminate();
  }

  #fail(error: FeatherweightError): void {
    this.#dead ??= error;
    for (const waiting of this.#waiting.values()) waiting.reject(this.#dead);
    this.#waiting.clear();
  }
}
