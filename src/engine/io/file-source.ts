import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { FeatherweightError, SourceChangedError, toFeatherweightError } from '../errors.ts';
import type { ByteSource } from './source.ts';

/** What tells one state of one file from another, as text because inode numbers pass 2^53. */
export interface FileIdentity {
  readonly device: string;
  readonly inode: string;
  readonly size: number;
  /** Nanoseconds since 1970. */
  readonly modified: string;
}

/** Keeps few of many files open; see `open-files.ts`. */
export interface OpenFilesKeeper {
  /** Told before a file is used; may put others to sleep. */
  touch(source: FileSource): Promise<void>;
}

export interface OpenOptions {
  /** What was found at this path before: anything else there now is refused, and so is a link in its place. */
  readonly found?: Pick<FileIdentity, 'device' | 'inode'> | undefined;
  /** Decides how long the descriptor stays open; without one it does until the source is disposed. */
  readonly keeper?: OpenFilesKeeper | undefined;
}

/**
 * A file opened read-only, read with positioned reads; its descriptor may be used by worker threads while it is awake. A
 * source that sleeps has no descriptor, and wakes when it is read, if it still is the same file in the same state.
 */
export class FileSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  readonly identity: FileIdentity;
  readonly #keeper: OpenFilesKeeper | undefined;
  #handle: FileHandle | undefined;

  private constructor(name: string, handle: FileHandle, identity: FileIdentity, keeper: OpenFilesKeeper | undefined) {
    this.name = name;
    this.#handle = handle;
    this.#keeper = keeper;
    this.size = identity.size;
    this.identity = identity;
  }

  /** Opens `path` for reading only. Throws `IO` when it is not a regular file, `CHANGED` when it is not the one found before. */
  static async open(path: string, { found, keeper }: OpenOptions = {}): Promise<FileSource> {
    const { handle, identity } = await openSame(path, found);
    const source = new FileSource(path, handle, identity, keeper);
    await keeper?.touch(source);
    return source;
  }

  /** Of a source that is awake. */
  get descriptor(): number {
    if (this.#handle === undefined) throw new Error(`"${this.name}" sleeps and has no descriptor.`);
    return this.#handle.fd;
  }

  /** Opens the file again where it sleeps. Throws {@link SourceChangedError} when it is another file now, or in another state. */
  async wake(): Promise<void> {
    await this.#keeper?.touch(this);
    if (this.#handle !== undefined) return;
    const { handle, identity } = await openSame(this.name, this.identity);
    const { size, modified } = this.identity;
    if (identity.size !== size || identity.modified !== modified) {
      await handle.close();
      throw replaced(this.name);
    }
    this.#handle = handle;
  }

  /** Closes the file until it is read again. */
  async sleep(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  async read(offset: number, target: Uint8Array): Promise<void> {
    await this.wake();
    const handle = this.#handle;
    let done = 0;
    while (handle !== undefined && done < target.length) {
      const { bytesRead } = await handle.read(target, done, target.length - done, offset + done);
      if (bytesRead === 0)
        throw new FeatherweightError(
          'IO',
          `"${this.name}" ends at byte ${offset + done}; ${this.size} were expected.`,
          {
            facts: { path: this.name, offset: offset + done, expected: this.size },
          },
        );
      done += bytesRead;
    }
  }

  /** The file's state now, to find out whether it changed since it was opened. */
  async currentIdentity(): Promise<FileIdentity> {
    await this.wake();
    return this.#handle === undefined ? this.identity : identityOf(this.#handle, this.name);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.sleep();
  }
}

/** Does not wait for the other end of a pipe, which nothing could end; what is no file is refused once it is open. */
const readOnly = constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0);
/** Besides, does not follow a link in the place of a file that was found there. */
const asFound = readOnly | ((constants.O_NOFOLLOW as number | undefined) ?? 0);

async function openSame(
  path: string,
  found: OpenOptions['found'],
): Promise<{ readonly handle: FileHandle; readonly identity: FileIdentity }> {
  const handle = await open(path, found === undefined ? readOnly : asFound).catch((error: unknown) => {
    // A link where there was none.
    throw (error as NodeJS.ErrnoException).code === 'ELOOP' ? replaced(path) : toFeatherweightError(error, 'opening');
  });
  try {
    const identity = await identityOf(handle, path);
    if (found !== undefined && (identity.device !== found.device || identity.inode !== found.inode))
      throw replaced(path);
    return { handle, identity };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function replaced(path: string): SourceChangedError {
  return new SourceChangedError(
    `"${path}" was replaced or changed after it was found. Nothing was written under a final name; start again when nothing writes to it.`,
    { path },
  );
}

async function identityOf(handle: FileHandle, path: string): Promise<FileIdentity> {
  const status = await handle.stat({ bigint: true });
  if (!status.isFile()) throw new FeatherweightError('IO', `"${path}" is not a regular file.`, { facts: { path } });
  return {
    device: String(status.dev),
    inode: String(status.ino),
    size: Number(status.size),
    modified: String(status.mtimeNs),
  };
}
