import { readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { removeAbandoned, writeAside } from '../io/own-folder.ts';

const entrySchema = z.strictObject({
  probe: z.string().optional(),
  sha256: z.string().optional(),
  companions: z.array(z.string()).optional(),
});
const cacheSchema = z.strictObject({ version: z.literal(1), files: z.record(z.string(), entrySchema) });

/** What reading a file told; asked again only when its identity, size or times have changed. */
export type FileFacts = z.infer<typeof entrySchema>;

/** Facts of files from one scan to the next, in one JSON file. */
export class ScanCache {
  readonly #path: string | undefined;
  readonly #before: Readonly<Record<string, FileFacts>>;
  readonly #facts = new Map<string, FileFacts>();
  #isChanged = false;

  private constructor(path: string | undefined, before: Readonly<Record<string, FileFacts>>) {
    this.#path = path;
    this.#before = before;
  }

  /** Opens the cache at `path`, beside which nothing stays that a killed scan left; one that cannot be read is an empty one. */
  static async open(path: string | undefined): Promise<ScanCache> {
    if (path === undefined) return new ScanCache(path, {});
    await removeAbandoned(dirname(path));
    try {
      const text = await readFile(path, 'utf8');
      return new ScanCache(path, cacheSchema.parse(JSON.parse(text)).files);
    } catch {
      return new ScanCache(path, {});
    }
  }

  /** What is known of the file with this key. */
  get(key: string): FileFacts {
    const facts = this.#facts.get(key) ?? (Object.hasOwn(this.#before, key) ? this.#before[key] : undefined);
    // Facts of files that are no more are forgotten with the next save.
    if (facts) this.#facts.set(key, facts);
    return facts ?? {};
  }

  add(key: string, facts: FileFacts): void {
    this.#facts.set(key, { ...this.get(key), ...facts });
    this.#isChanged = true;
  }

  /** Keeps what was learnt; where it cannot be written, as on a full disk, the next scan learns it again. */
  async save(): Promise<void> {
    if (this.#path === undefined || !this.#isChanged) return;
    try {
      const text = JSON.stringify({ version: 1, files: Object.fromEntries(this.#facts) });
      await writeAside(this.#path, (unfinished) => writeFile(unfinished, text));
    } catch {
      // Nothing is lost but time.
    }
  }
}
