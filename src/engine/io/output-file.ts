import { constants, type BigIntStats } from 'node:fs';
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { toFeatherweightError, UsageError } from '../errors.ts';
import type { FileIdentity } from './file-source.ts';

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
    // Not truncated on opening: the name could be a link to an input.
    const handle = await open(partialName(path), constants.O_RDWR | constants.O_CREAT).catch((error: unknown) => {
      throw toFeatherweightError(error, 'creating the output');
    });
    try {
      refuseInput(await handle.stat({ bigint: true }), partialName(path), options.inputs);
      await handle.truncate(0);
      return new OutputFile(path, handle);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  get descriptor(): number {
    return this.#handle.fd;
  }

  async truncate(length: number): Promise<void> {
    await this.#handle.truncate(length);
  }

  /** Asks the disk to take what was written so far, in the background, so that the last flush is short. */
  flushSoon(): void {
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

  /** Flush, rename, flush of the folder. */
  async commit(): Promise<void> {
    await this.#flushing;
    if (this.#flushFailure) throw this.#flushFailure;
    await this.#handle.sync();
    await this.#handle.close();
    await renamePatiently(this.partialPath, this.path);
    this.#state = 'committed';
    await syncFolder(dirname(this.path));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'removed';
    await this.#flushing;
    await this.#handle.close().catch(() => undefined);
    await rm(this.partialPath, { force: true });
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
