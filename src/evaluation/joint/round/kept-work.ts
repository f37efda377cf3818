import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Of } from '../../../engine/io/file-digest.ts';
import { writeAside } from '../../../engine/io/own-folder.ts';

/** A part of work that an earlier run finished: what is known of it, and the file that it came to. */
export interface Kept<Known> {
  readonly known: Known;
  readonly path: string;
}

/**
 * Parts of work that are finished, each by a key that tells everything that it follows from, so that a run which was killed is gone
 * on with behind them. `Known` is plain data of JSON. A part counts when all of it is there and its file is still what was written.
 */
export class KeptWork<Known> {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The part with this key, if it is finished. */
  async take(key: string): Promise<Kept<Known> | undefined> {
    const text = await readFile(this.#pathOf(key, 'json'), 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    const { sha256, known } = JSON.parse(text) as { readonly sha256: string; readonly known: Known };
    const path = this.#pathOf(key, 'data');
    const found = await sha256Of(path, neverStopped).catch(() => undefined);
    return found === sha256 ? { known, path } : undefined;
  }

  /** Keeps a part; `write` makes its file. What cannot be kept, for whatever reason, is only done again. */
  async put(key: string, known: Known, write: (path: string) => Promise<void>): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true });
      const path = this.#pathOf(key, 'data');
      await writeAside(path, write);
      const record = this.#pathOf(key, 'json');
      const sha256 = await sha256Of(path, neverStopped);
      // Its name is what makes a part finished.
      await writeAside(record, (unfinished) => writeFile(unfinished, JSON.stringify({ sha256, known })));
    } catch {
      await rm(this.#pathOf(key, 'data'), { force: true }).catch(() => undefined);
    }
  }

  /** Forgets all parts but those that another fit of the same model keeps meanwhile. */
  async clear(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true }).catch(() => undefined);
  }

  #pathOf(key: string, extension: 'json' | 'data'): string {
    return join(this.#folder, `${key}.${extension}`);
  }
}

/** A key for what follows from these things, in this order. */
export function keyOf(...causes: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const cause of causes) hash.update(`${cause.length}:`).update(cause);
  return hash.digest('hex').slice(0, 32);
}

/** The bytes of numbers. */
export function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

const neverStopped = new AbortController().signal;
