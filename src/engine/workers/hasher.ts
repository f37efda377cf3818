import { createHash, hash, type Hash } from 'node:crypto';
import { digestKinds, type DigestKind, type EndedDigests, type HashPiece, type HashPieces } from './protocol.ts';

/**
 * Running sha256 digests over bytes that lie in the memory of coding threads. One hasher sees all pieces of one digest, in
 * order, because a sha256 state cannot move between threads.
 */
export class Hasher {
  readonly #memories = new Map<number, Uint8Array>();
  readonly #running = { files: new Map<number, Hash>(), tensors: new Map<number, Hash>() };

  /** Thread 0 comes first and begins a new job: digests that an earlier one left unfinished are forgotten. */
  attach(thread: number, memory: SharedArrayBuffer): void {
    if (thread === 0) for (const running of Object.values(this.#running)) running.clear();
    this.#memories.set(thread, new Uint8Array(memory));
  }

  /** Feeds the pieces; returns the digests that ended. */
  hash(pieces: HashPieces): EndedDigests {
    const fed = (kind: DigestKind): [DigestKind, Record<number, string>] => [
      kind,
      this.#feed(kind, pieces[kind] ?? []),
    ];
    return Object.fromEntries(digestKinds.filter((kind) => kind in pieces).map(fed));
  }

  #feed(digests: DigestKind, pieces: readonly HashPiece[]): Record<number, string> {
    const running = this.#running[digests];
    const ended: Record<number, string> = {};
    for (const { thread, start, length, key, last } of pieces) {
      const memory = this.#memories.get(thread);
      if (!memory) throw new Error(`Thread ${thread} is not attached.`);
      const bytes = memory.subarray(start, start + length);
      const begun = running.get(key);
      if (!last) {
        running.set(key, (begun ?? createHash('sha256')).update(bytes));
      } else if (begun === undefined) {
        // Most tensors are fed whole; a state for each of a hundred thousand small ones takes more time than their bytes.
        ended[key] = hash('sha256', bytes);
      } else {
        ended[key] = begun.update(bytes).digest('hex');
        running.delete(key);
      }
    }
    return ended;
  }
}
