import { open, type FileHandle } from 'node:fs/promises';
import { FeatherweightError } from '../errors.ts';
import type { ByteSource } from './source.ts';

/** What tells one state of one file from another, as text because inode numbers pass 2^53. */
export interface FileIdentity {
  readonly device: string;
  readonly inode: string;
  readonly size: number;
  /** Nanoseconds since 1970. */
  readonly modified: string;
}

/** A file opened read-only, read with positioned reads; its descriptor may be used by worker threads while it is open. */
export class FileSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  readonly identity: FileIdentity;
  readonly #handle: FileHandle;

  private constructor(name: string, handle: FileHandle, identity: FileIdentity) {
    this.name = name;
    this.#handle = handle;
    this.size = identity.size;
    this.identity = identity;
  }

  /** Opens `path` for reading only. Throws `IO` when it is not a regular file. */
  static async open(path: string): Promise<FileSource> {
    const handle = await open(path, 'r');
    try {
      return new FileSource(path, handle, await identityOf(handle, path));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  get descriptor(): number {
    return this.#handle.fd;
  }

  async read(offset: number, target: Uint8Array): Promise<void> {
    let done = 0;
    while (done < target.length) {
      const { bytesRead } = await this.#handle.read(target, done, target.length - done, offset + done);
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
  currentIdentity(): Promise<FileIdentity> {
    return identityOf(this.#handle, this.name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
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
