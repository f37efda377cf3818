import { constants, type BigIntStats } from 'node:fs';
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { toFeatherweightError, UsageError } from '../errors.ts';
import type { FileIdentity } from './file-source.ts';

/** Bytes written between two requests to the disk. */
const flushEveryBytes = 32 * 2 ** 20;

/**
 * A file that is written as `NAME.partial` and gets its name only by {@link OutputFile.commit}, after it was flushed. When
 * it is disposed before, nothing is left behind.
 */
export class OutputFile implements AsyncDisposable {
  readonly path: string;
  readonly partialPath: string;
  readonly #handle: FileHandle;
  #state: 'open' | 'committed' | 'removed' = 'open';
  #flushing: Promise<void> | undefined;
  #unflushed = 0;
  #flushFailure: Error | undefined;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.partialPath = partialName(path);
    this.#handle = handle;
  }

  /**
   * Creates `path.partial`. Throws {@link UsageError} when `path` exists and may not be replaced, or when either name is one
   * of the `inputs` under whatever name: files are told apart by device and inode.
   */
  static async create(
    path: string,
    options: { readonly overwrite: boolean; readonly inputs: readonly FileIdentity[] },
  ): Promise<OutputFile> {
    const existing = await statOrNothing(path);
    if (existing) {
      refuseInput(existing, path, options.inputs);
      if (existing.isDirectory()) throw new UsageError(`The output "${path}" is a folder; name a file.`, { path });
      if (!options.overwrite)
        throw new UsageError(`"${path}" exists already. Choose another name, or ask for it to be replaced.`, { path });
    }
    const partial = partialName(path);
    const left = await statOrNothing(partial);
    if (left) refuseInput(left, partial, options.inputs);
    // What a killed run left is removed rather than written over: another run may still be at it, or it may be a link.
    await rm(partial, { force: true });
    const handle = await open(partial, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL).catch(
      (error: unknown) => {
        throw toFeatherweightError(error, 'creating the output');
      },
    );
    return new OutputFile(path, handle);
  }

  get descriptor(): number {
    return this.#handle.fd;
  }

  async truncate(length: number): Promise<void> {
    await this.#handle.truncate(length);
  }

  /**
   * Notes that so many bytes were written; now and then the disk is asked, in the background, to take what is there, so that
   * the last flush is short.
   */
  wrote(bytes: number): void {
    this.#unflushed += bytes;
    if (this.#unflushed < flushEveryBytes) return;
    this.#unflushed = 0;
    this.#flushing ??= this.#handle.datasync().then(
      () => {
        this.#flushing = undefined;
      },
      // A disk tells of a failed write once only, so it is kept for commit.
      (error: unknown) => {
        this.#flushing = undefined;
        this.#flushFailure ??= toFeatherweightError(error, 'flushing');
      },
    );
  }

  /** Flush, rename, flush of the folder. Throws {@link UsageError} when another run has taken the name over meanwhile. */
  async commit(): Promise<void> {
    await this.#flushing;
    if (this.#flushFailure) throw this.#flushFailure;
    await this.#handle.sync();
    await this.#requireOwnName();
    await this.#handle.close();
    await renamePatiently(this.partialPath, this.path);
    this.#state = 'committed';
    await syncFolder(dirname(this.path));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'removed';
    await this.#flushing;
    const isOwn = await this.#hasOwnName().catch(() => false);
    await this.#handle.close().catch(() => undefined);
    if (isOwn) await rm(this.partialPath, { force: true });
  }

  async #hasOwnName(): Promise<boolean> {
    const [mine, named] = [await this.#handle.stat({ bigint: true }), await statOrNothing(this.partialPath)];
    return named !== undefined && named.dev === mine.dev && named.ino === mine.ino;
  }

  async #requireOwnName(): Promise<void> {
    if (await this.#hasOwnName()) return;
    throw new UsageError(`"${this.partialPath}" was replaced by another run; this one gives up its result.`, {
      path: this.partialPath,
    });
  }
}

/** The name that an unfinished file has. */
export function partialName(path: string): string {
  return `${path}.partial`;
}

function refuseInput(found: BigIntStats, path: string, inputs: readonly FileIdentity[]): void {
  if (inputs.some(({ device, inode }) => device === String(found.dev) && inode === String(found.ino)))
    throw new UsageError(`"${path}" is the input itself; the original is never written to. Choose another name.`, {
      path,
    });
}

async function statOrNothing(path: string): Promise<BigIntStats | undefined> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    if (toFeatherweightError(error).code === 'NOT_FOUND') return undefined;
    throw toFeatherweightError(error, 'looking at the output');
  }
}

/** On Windows a virus scanner or an indexer may hold a new file for a moment. */
async function renamePatiently(from: string, to: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      if (attempt === 6 || !['EPERM', 'EACCES', 'EBUSY'].includes(code)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50 * 2 ** attempt));
    }
  }
}

/** Makes a rename last through a power cut; file systems that cannot flush a folder say so and are left alone. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await handle.close();
  }
}
