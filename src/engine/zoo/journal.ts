import { createHash } from 'node:crypto';
import { open, readdir, readFile, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { toFeatherweightError } from '../errors.ts';
import { claim } from '../io/claim.ts';
import { makeFolder } from '../io/make-folder.ts';

/** The folder of a store that tells it from others. */
export const storeFolder = '.featherweight';

const fileSchema = z.object({ name: z.string(), bytes: z.number(), sha256: z.string() });

/** A model that was archived and proved. */
export const doneSchema = z.object({
  type: z.literal('done'),
  id: z.string(),
  /** Tells the state of the input files; see {@link inputKey}. */
  input: z.string(),
  /** Below the store, with `/`. */
  archive: z.string(),
  bytesIn: z.number(),
  bytesOut: z.number(),
  sha256: z.string(),
  seconds: z.number(),
  preset: z.string(),
  files: z.array(fileSchema),
  bases: z.array(fileSchema),
  /** Where the bases were when it was written. */
  basePaths: z.array(z.string()),
  /** What a person should know of it, as compressing said. */
  notices: z.array(z.string()).optional(),
});
export type DoneRecord = z.infer<typeof doneSchema>;

const recordSchema = z.discriminatedUnion('type', [
  doneSchema,
  z.object({ type: z.literal('failed'), id: z.string(), code: z.string(), message: z.string() }),
  z.object({ type: z.literal('replaced'), id: z.string(), path: z.string() }),
]);
export type JournalRecord = z.infer<typeof recordSchema>;

/** The journal of a batch: a line for each thing that is done, on disk before the next begins. */
export class Journal implements AsyncDisposable {
  readonly #handle: FileHandle;
  readonly #owned: AsyncDisposable;
  /** The last line may have been written in part. */
  #isTorn = false;

  private constructor(handle: FileHandle, owned: AsyncDisposable) {
    this.#handle = handle;
    this.#owned = owned;
  }

  /**
   * Opens the journal called `name` of a store, behind what is there; a torn last line stays a line of its own. Throws
   * {@link UsageError} while another batch of this machine has it open.
   */
  static async open(store: string, name: string): Promise<Journal> {
    try {
      await makeFolder(join(store, storeFolder));
      const path = join(store, storeFolder, `${name}.jsonl`);
      await using owned = new AsyncDisposableStack();
      owned.use(
        await claim(
          path,
          `Another batch is at work on this share of "${store}" at this moment; wait until it has ended, or give each a share with --shard.`,
        ),
      );
      const handle = owned.use(await open(path, 'a'));
      await handle.appendFile('\n');
      return new Journal(handle, owned.move());
    } catch (error) {
      throw toFeatherweightError(error, 'opening the journal');
    }
  }

  async add(record: JournalRecord): Promise<void> {
    try {
      await this.#handle.appendFile(`${this.#isTorn ? '\n' : ''}${JSON.stringify(record)}\n`);
      this.#isTorn = false;
      await this.#handle.sync();
    } catch (error) {
      this.#isTorn = true;
      throw toFeatherweightError(error, 'writing the journal');
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned[Symbol.asyncDispose]();
  }
}

/** The store that a folder is in, if it is in one. */
export async function storeAround(folder: string): Promise<string | undefined> {
  for (let path = resolve(folder); ; path = dirname(path)) {
    if (
      await stat(join(path, storeFolder)).then(
        (status) => status.isDirectory(),
        () => false,
      )
    )
      return path;
    if (dirname(path) === path) return undefined;
  }
}

/** What all journals of a store tell, in the order of their names; lines that are torn or strange are nothing. */
export async function readJournals(store: string): Promise<readonly JournalRecord[]> {
  const folder = join(store, storeFolder);
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.jsonl')).sort();
  const records: JournalRecord[] = [];
  for (const name of names)
    for (const line of (await readFile(join(folder, name), 'utf8')).split('\n')) {
      const record = recordIn(line);
      if (record) records.push(record);
    }
  return records;
}

function recordIn(line: string): JournalRecord | undefined {
  try {
    return recordSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/** Tells one state of a model's files from another without reading them. */
export function inputKey(files: readonly { readonly key: string }[]): string {
  return createHash('sha256')
    .update(
      files
        .map(({ key }) => key)
        .sort()
        .join('\n'),
    )
    .digest('hex');
}
