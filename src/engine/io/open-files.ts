import type { FileSource, OpenFilesKeeper } from './file-source.ts';

/**
 * Keeps at most so many files of a model open: systems allow a process 256 to 1,024, and models may have thousands. Those that
 * were not used for longest sleep until they are read again.
 */
export class OpenFiles implements OpenFilesKeeper {
  readonly #most: number;
  /** The one used last is last. */
  readonly #awake = new Set<FileSource>();

  constructor(most: number) {
    this.#most = most;
  }

  async touch(source: FileSource): Promise<void> {
    this.#awake.delete(source);
    this.#awake.add(source);
    for (const oldest of this.#awake) {
      if (this.#awake.size <= this.#most) return;
      this.#awake.delete(oldest);
      await oldest.sleep();
    }
  }
}
