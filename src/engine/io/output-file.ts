import { constants, type BigIntStats } from 'node:fs';
import { lstat, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FeatherweightError, toFeatherweightError, UsageError } from '../errors.ts';
import { claim } from './claim.ts';
import { writeFully } from './descriptor.ts';
import type { FileIdentity } from './file-source.ts';
import { withSuffix } from './long-name.ts';
import { withoutFolder } from './without-folder.ts';

/** Bytes written between two requests to the disk, and how long slow work waits with fewer. */
const flushEveryBytes = 32 * 2 ** 20;
const leastFlushBytes = 2 ** 20;
const flushEveryMilliseconds = 250;

/** How a file is called before it is finished, and how one that a killed run left is told from a stranger's. */
export interface Unfinished {
  readonly suffix: string;
  /** Whether a file of that name that begins with `head`, up to 16 bytes, is our leftover. */
  readonly isOurs: (head: Uint8Array) => boolean;
}

/** The name alone tells: no other program gives it. */
export const ownSuffix: Unfinished = { suffix: '.fw-partial', isOurs: () => true };

/**
 * A file that is written under an unfinished name and gets its own only by {@link OutputFile.commit}, after it was flushed. When
 * it is disposed before, nothing is left behind.
 */
export class OutputFile implements AsyncDisposable {
  readonly path: string;
  readonly partialPath: string;
  readonly #handle: FileHandle;
  readonly #options: OutputOptions;
  readonly #claim: AsyncDisposable;
  /** How many bytes of an earlier run's work it begins with. */
  readonly resumedBytes: number;
  #state: 'open' | 'committed' | 'removed' | 'kept' = 'open';
  #flushing: Promise<void> | undefined;
  #unflushed = 0;
  #flushFailure: Error | undefined;
  #lastFlush = performance.now();
  #beforeFlush: (() => () => void) | undefined;

  private constructor(
    path: string,
    options: OutputOptions,
    { partialPath, handle, resumedBytes }: { partialPath: string; handle: FileHandle; resumedBytes: number },
    claimed: AsyncDisposable,
  ) {
    this.resumedBytes = resumedBytes;
    this.path = path;
    this.partialPath = partialPath;
    this.#handle = handle;
    this.#options = options;
    this.#claim = claimed;
  }

  /**
   * Creates the unfinished file. Throws {@link UsageError} when `path` may not be replaced (see {@link isTaken}), when another run is
   * writing it (see {@link claim}), or when one of the `inputs` or somebody else's file has the unfinished name. With `resumeBytes`, an
   * unfinished file that has at least so many is gone on with behind them; where there is none it begins anew.
   */
  static async create(path: string, options: OutputOptions & ResumeOptions): Promise<OutputFile> {
    await isTaken(path, options);
    await using owned = new AsyncDisposableStack();
    const claimed = owned.use(await claim(path));
    const file = new OutputFile(path, options, await openUnfinished(path, options), claimed);
    owned.move();
    return file;
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
    const now = performance.now();
    const isDue = this.#unflushed >= leastFlushBytes && now - this.#lastFlush >= flushEveryMilliseconds;
    if (this.#flushing || (this.#unflushed < flushEveryBytes && !isDue)) return;
    this.#unflushed = 0;
    this.#lastFlush = now;
    const flushed = this.#beforeFlush?.();
    this.#flushing = this.#handle.datasync().then(
      () => {
        this.#flushing = undefined;
        flushed?.();
      },
      // A disk tells of a failed write once only, so it is kept for commit.
      (error: unknown) => {
        this.#flushing = undefined;
        this.#flushFailure ??= toFeatherweightError(error, 'flushing');
      },
    );
  }

  /** Has `prepare` called before each flush in the background, and what that returns when the flush has succeeded. */
  onFlush(prepare: () => () => void): void {
    this.#beforeFlush = prepare;
  }

  /** Leaves the unfinished file where it is when this is disposed, for a later run to go on with. */
  keep(): void {
    if (this.#state === 'open') this.#state = 'kept';
  }

  /**
   * Flush, rename, flush of the folder. Throws {@link UsageError} when the unfinished file was replaced meanwhile, or a file that may
   * not be replaced got the name.
   */
  async commit(): Promise<void> {
    await this.#flushing;
    if (this.#flushFailure) throw this.#flushFailure;
    await this.#handle.sync();
    await this.#requireOwnName();
    await isTaken(this.path, this.#options);
    await this.#handle.close();
    await renamePatiently(this.partialPath, this.path);
    this.#state = 'committed';
    await syncFolder(dirname(this.path));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await using owned = new AsyncDisposableStack();
    owned.use(this.#claim);
    if (this.#state === 'committed' || this.#state === 'removed') return;
    const isKept = this.#state === 'kept';
    this.#state = 'removed';
    await this.#flushing;
    if (isKept) {
      await this.#handle.close().catch(() => undefined);
      return;
    }
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
    if ((await statOrNothing(this.partialPath)) === undefined)
      throw new FeatherweightError('IO', `"${this.partialPath}" was removed while it was written, or its folder was.`, {
        facts: { path: this.partialPath },
      });
    throw new UsageError(`"${this.partialPath}" was replaced by another run; this one gives up its result.`, {
      path: this.partialPath,
    });
  }
}

interface OutputOptions {
  readonly overwrite: boolean;
  readonly inputs: readonly FileIdentity[];
}

interface ResumeOptions {
  readonly unfinished?: Unfinished | undefined;
  readonly resumeBytes?: number | undefined;
}

async function openUnfinished(
  path: string,
  { inputs, unfinished = ownSuffix, resumeBytes }: OutputOptions & ResumeOptions,
): Promise<{ readonly partialPath: string; readonly handle: FileHandle; readonly resumedBytes: number }> {
  const partialPath = withSuffix(path, unfinished.suffix);
  const isLeft = await isLeftover(partialPath, unfinished.isOurs, inputs);
  if (isLeft && resumeBytes !== undefined) {
    const handle = await reopen(partialPath, resumeBytes);
    if (handle) return { partialPath, handle, resumedBytes: resumeBytes };
  }
  // What a killed run left is removed rather than written over: a run of another machine may still be at it.
  if (isLeft) await rm(partialPath, { force: true });
  const handle = await open(partialPath, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL).catch(
    (error: unknown) => {
      throw withoutFolder(error, path);
    },
  );
  return { partialPath, handle, resumedBytes: 0 };
}

/**
 * Whether a file is at `path`, which an output will replace. Throws {@link UsageError} when that was not asked for, when it is one
 * of the `inputs` under whatever name (files are told apart by device and inode), and when it is no plain file: a name given to an
 * archive would end what a device or a pipe is there for.
 */
export async function isTaken(
  path: string,
  { overwrite, inputs }: { readonly overwrite: boolean; readonly inputs: readonly FileIdentity[] },
): Promise<boolean> {
  const existing = await statOrNothing(path);
  if (existing === undefined) return false;
  refuseInput(existing, path, inputs);
  if (existing.isDirectory()) throw new UsageError(`The output "${path}" is a folder; name a file.`, { path });
  if (!existing.isFile())
    throw new UsageError(`The output "${path}" is a device, a pipe or a socket, which stays as it is; name a file.`, {
      path,
    });
  if (!overwrite)
    throw new UsageError(`"${path}" exists already. Choose another name, or ask for it to be replaced.`, { path });
  return true;
}

/**
 * Gives `path` a whole new text, at once; what a killed run left of an earlier attempt is removed. Throws as
 * {@link OutputFile.create}.
 */
export async function writeOutput(path: string, text: string, options: { readonly overwrite: boolean }): Promise<void> {
  await using file = await OutputFile.create(path, { ...options, inputs: [] });
  writeFully(file.descriptor, new TextEncoder().encode(text), 0);
  await file.commit();
}

/** Whether a run that was killed left `path`; throws {@link UsageError} where something else, or one of the `inputs`, is there. */
export async function isLeftover(
  path: string,
  isOurs: Unfinished['isOurs'],
  inputs: readonly FileIdentity[],
): Promise<boolean> {
  const left = await statOrNothing(path);
  if (left) refuseInput(left, path, inputs);
  const status = await lstat(path).catch((error: unknown) => {
    const failure = toFeatherweightError(error, 'looking at the output');
    if (failure.code === 'NOT_FOUND') return undefined;
    throw failure;
  });
  if (status === undefined) return false;
  if (status.isFile() && (status.size === 0 || isOurs(await headOf(path)))) return true;
  throw new UsageError(
    `"${path}" is in the way and was not made by this program, so it is left alone. Move it, or choose another name.`,
    { path },
  );
}

async function headOf(path: string): Promise<Uint8Array> {
  await using handle = await open(path, 'r');
  const { buffer, bytesRead } = await handle.read(new Uint8Array(16), 0, 16, 0);
  return buffer.subarray(0, bytesRead);
}

/** Opens an unfinished file and cuts it off behind `bytes`; nothing when it is shorter, a link, or has a second name. */
async function reopen(partial: string, bytes: number): Promise<FileHandle | undefined> {
  const found = await lstat(partial).catch(() => undefined);
  if (!found?.isFile() || found.nlink !== 1 || found.size < bytes) return undefined;
  const handle = await open(partial, constants.O_RDWR | constants.O_NOFOLLOW).catch(() => undefined);
  try {
    await handle?.truncate(bytes);
    return handle;
  } catch {
    await handle?.close();
    return undefined;
  }
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
