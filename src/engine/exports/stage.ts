import { rename, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { toFeatherweightError } from '../errors.ts';
import { writeFully } from '../io/descriptor.ts';
import type { FileIdentity } from '../io/file-source.ts';
import { isTaken, OutputFile } from '../io/output-file.ts';
import { ownFolder } from '../io/own-folder.ts';
import { makeFolder } from '../io/make-folder.ts';

/**
 * A folder beside the output in which new files get their names before they are moved to where they belong, so that other
 * programs can open them together and be asked whether they are sound. Disposing it takes away whatever was not moved.
 */
export class Stage implements AsyncDisposable {
  readonly folder: string;
  /** The name of the one main file, where the output is a file. */
  readonly mainName: string | undefined;
  readonly #target: string;
  readonly #overwrite: boolean;
  readonly #inputs: readonly FileIdentity[];
  readonly #refuse: (path: string) => Promise<void>;
  readonly #owned: AsyncDisposableStack;
  readonly #names: string[] = [];

  private constructor(folder: string, owned: AsyncDisposableStack, options: StageOptions) {
    this.folder = folder;
    this.#owned = owned;
    this.mainName = options.isFolder ? undefined : basename(options.output);
    this.#target = options.isFolder ? options.output : dirname(options.output);
    this.#overwrite = options.overwrite;
    this.#inputs = options.inputs;
    this.#refuse = options.refuse;
  }

  /** Throws UsageError where the output is there already and may not be replaced, or is an input. */
  static async create(options: StageOptions): Promise<Stage> {
    const { output, isFolder } = options;
    await refuseTaken(output, options);
    try {
      if (isFolder) await makeFolder(output);
      const owned = new AsyncDisposableStack();
      return new Stage(await ownFolder(dirname(output), basename(output), owned), owned, options);
    } catch (error) {
      throw toFeatherweightError(error, 'creating the output');
    }
  }

  get names(): readonly string[] {
    return this.#names;
  }

  /** Writes a file of this name, which the caller has checked; its size. */
  async write(
    name: string,
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<number> {
    const place = join(this.#target, name);
    if (this.mainName !== undefined || this.#names.length > 0 || this.#overwrite) await this.#refuseTaken(place);
    const path = join(this.folder, name);
    await makeFolder(dirname(path));
    await using file = await OutputFile.create(path, { overwrite: false, inputs: this.#inputs });
    let size = 0;
    for await (const chunk of chunks) {
      signal.throwIfAborted();
      writeFully(file.descriptor, chunk, size);
      file.wrote(chunk.length);
      size += chunk.length;
    }
    await file.commit();
    this.#names.push(name);
    return size;
  }

  /** Moves every file to its place, the main one last; their paths. */
  async commit(main: string): Promise<readonly string[]> {
    const paths: string[] = [];
    for (const name of [...this.#names.filter((each) => each !== main), main]) {
      const path = join(this.#target, name);
      await this.#refuseTaken(path);
      await makeFolder(dirname(path));
      await rename(join(this.folder, name), path);
      paths.push(path);
    }
    return paths;
  }

  #refuseTaken(path: string): Promise<void> {
    const [overwrite, inputs, refuse] = [this.#overwrite, this.#inputs, this.#refuse];
    return refuseTaken(path, { overwrite, inputs, refuse, isFolder: false });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
    // A folder that was made for the output and holds nothing is a trace of a failure.
    if (this.mainName === undefined) await rmdir(this.#target).catch(() => undefined);
  }
}

export interface StageOptions {
  /** A file, or the folder for several. */
  readonly output: string;
  readonly isFolder: boolean;
  readonly overwrite: boolean;
  readonly inputs: readonly FileIdentity[];
  /** Throws where a file that is there must not be replaced for other reasons. */
  readonly refuse: (path: string) => Promise<void>;
}

async function refuseTaken(
  path: string,
  { overwrite, inputs, refuse, isFolder }: Omit<StageOptions, 'output'>,
): Promise<void> {
  if (isFolder && (await stat(path).catch(() => undefined))?.isDirectory()) return;
  if (await isTaken(path, { overwrite, inputs })) await refuse(path);
}
