import { createHash, type Hash } from 'node:crypto';
import type { HashPiece } from './protocol.ts';

/**
 * Running sha256 digests over bytes that lie in the memory of coding threads. One hasher sees all pieces of one digest, in
 * order, because a sha256 state cannot move between threads.
 */
export class Hasher {
  readonly #memories = new Map<number, Uint8Array>();
  readonly #running = new Map<number, Hash>();

  /** Thread 0 comes first and begins a new job: digests that an earlier one left unfinished are forgotten. */
  attach(thread: number, memory: SharedArrayBuffer): void {
    if (thread === 0) this.#running.clear();
    this.#memories.set(thread, new Uint8Array(memory));
  }

  /** Feeds the pieces; returns the hex digests that ended. */
  hash(pieces: readonly HashPiece[]): Record<number, string> {
    const ended: Record<number, string> = {};
    for (const { thread, start, length, key, last } of pieces) {
      const memory = this.#memories.get(thread);
      if (!memory) throw new Error(`Thread ${thread} is not attached.`);
      const digest = this.#running.get(key) ?? createHash('sha256');
      digest.update(memory.subarray(start, start + length));
      if (last) {
        ended[key] = digest.digest('hex');
        this.#running.delete(key);
      } else {
        this.#running.set(key, digest);
      }
    }
    return ended;
  }
}
