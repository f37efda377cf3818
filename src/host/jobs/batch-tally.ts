import type { BatchEnd } from '../../contract/events.ts';
import type { Job } from '../../contract/jobs.ts';

/** What became of the jobs that ran one after another without a rest. */
export class BatchTally {
  #done = 0;
  #failed = 0;
  #bytesSaved = 0;
  #path = '';

  /** Counts a job that no longer runs; paused and cancelled ones are nobody's success or failure. */
  add({ state, command, receipt }: Job): void {
    if (state === 'failed') this.#failed++;
    if (state !== 'done') return;
    const { bytesIn = 0, bytesOut = 0, output = '' } = receipt ?? {};
    this.#done++;
    this.#bytesSaved += command === 'compress' ? bytesIn - bytesOut : 0;
    this.#path = output;
  }

  /** The sum of it with the jobs that are left paused; nothing where none has ended. */
  end(paused: number): BatchEnd | undefined {
    if (this.#done + this.#failed === 0) return undefined;
    const path = this.#path === '' ? {} : { path: this.#path };
    return { done: this.#done, failed: this.#failed, bytesSaved: this.#bytesSaved, paused, ...path };
  }
}
