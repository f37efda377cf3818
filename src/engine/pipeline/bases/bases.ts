import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Block } from '../../archive/archive.ts';
import type { BaseFile } from '../../archive/reference.ts';
import { DifferentError, FeatherweightError, UsageError } from '../../errors.ts';
import { FileSource } from '../../io/file-source.ts';
import { ownFolder } from '../../io/own-folder.ts';
import { safeArchiveNames } from '../../models/index.ts';
import type { FileRange } from '../../workers/protocol.ts';
import { readJournals, storeAround } from '../../zoo/journal.ts';
import { sha256Of } from '../../io/file-digest.ts';
import { isArchive } from '../../archive/is-archive.ts';
import { openArchive, type OpenArchive } from '../../archive/open-archive.ts';

/** Archives that may wait for one another: a base of a base of a base … */
const mostBasesDeep = 8;

/**
 * Restores all files of an archive into a folder, for the sake of the archives `within`; returns the files of other models
 * that this took, at any depth.
 */
export type RestoreArchive = (
  archive: string,
  folder: string,
  within: readonly string[],
) => Promise<readonly BaseFile[]>;

/** The files that an archive was coded against, open. */
export interface Bases extends AsyncDisposable {
  /** What was needed, at any depth. */
  readonly needed: readonly BaseFile[];
  /** Where a block's reference can be read. */
  range(block: Block): FileRange | undefined;
}

interface Means {
  /** Where bases that are archives are restored to while they are needed. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly restore: RestoreArchive;
}

/**
 * Opens what an archive was coded against, and nothing else: every file is known by its sha256. Looks at the paths that were
 * given and then beside the archive, for the file itself or an archive of it, which is restored for the time being. Throws
 * `NOT_FOUND` when a base is nowhere, {@link DifferentError} when a file that was given is another.
 */
export async function openBases(
  { archive, source }: OpenArchive,
  request: {
    readonly archive: string;
    readonly bases?: readonly string[] | undefined;
    readonly within?: readonly string[] | undefined;
  },
  means: Means,
): Promise<Bases> {
  const within = [...(request.within ?? []), resolve(request.archive)];
  if (archive.bases.length > 0 && within.length > mostBasesDeep)
    throw new UsageError(
      `"${source.name}" needs a base that needs a base …, ${mostBasesDeep} deep; no more are followed.`,
    );
  await using opened = new AsyncDisposableStack();
  const finder = new BaseFinder(means, within, opened);
  const sources: FileSource[] = [];
  for (const base of archive.bases) {
    const found = await finder.find(base, request.bases ?? []);
    if (found === undefined) throw missing(source.name, base);
    sources.push(opened.use(await FileSource.open(found)));
  }
  const keep = opened.move();
  return {
    needed: [...archive.bases, ...finder.needed],
    range: ({ reference, length }) => {
      const base = reference && sources[reference.base];
      return base && { descriptor: base.descriptor, offset: reference.offset, length };
    },
    [Symbol.asyncDispose]: () => keep.disposeAsync(),
  };
}

/**
 * Throws {@link UsageError} when the file at `path`, which is to be replaced, is one that an archive cannot be restored without,
 * or is the archive of one.
 */
export async function refuseBase(path: string, needed: readonly BaseFile[], signal: AbortSignal): Promise<void> {
  if (needed.length === 0 || !(await isFile(path))) return;
  const { size } = await stat(path);
  const sha256 = needed.some(({ bytes }) => bytes === size) ? await sha256Of(path, signal) : undefined;
  for (const base of needed)
    if (base.sha256 === sha256 || (await archivedNames(path, base.sha256)) !== undefined)
      throw new UsageError(
        `"${path}" holds "${base.name}", which an archive needs as its base; it is never written over. Choose another name.`,
        { path, base: base.name },
      );
}

class BaseFinder {
  readonly #means: Means;
  readonly #within: readonly string[];
  readonly #owner: AsyncDisposableStack;
  readonly #restored = new Map<string, string>();
  /** What the restored archives needed themselves. */
  readonly needed: BaseFile[] = [];

  constructor(means: Means, within: readonly string[], owner: AsyncDisposableStack) {
    this.#means = means;
    this.#within = within;
    this.#owner = owner;
  }

  /** The path of a file that is the base, byte for byte. */
  async find(base: BaseFile, given: readonly string[]): Promise<string | undefined> {
    const others: string[] = [];
    for (const path of given) {
      const status = await stat(path);
      const candidates = status.isDirectory() ? await filesIn(path, base) : [path];
      for (const candidate of candidates) {
        const found = await this.#try(candidate, base);
        if (found !== undefined) return found;
      }
      if (status.isFile() && status.size === base.bytes) others.push(path);
    }
    const folder = dirname(this.#within.at(-1) ?? '.');
    for (const candidate of [...(await filesIn(folder, base)), ...(await filesOfStore(folder, base))]) {
      const found = await this.#try(candidate, base);
      if (found !== undefined) return found;
    }
    const [other] = others;
    if (other !== undefined)
      throw new DifferentError(
        `"${other}" is not the base model: "${base.name}" with sha256 ${base.sha256} is needed. Nothing was written.`,
        { path: other, expected: base.sha256 },
      );
    return undefined;
  }

  async #try(path: string, base: BaseFile): Promise<string | undefined> {
    const { signal } = this.#means;
    signal.throwIfAborted();
    const status = await stat(path);
    if (!status.isFile() || this.#within.includes(resolve(path))) return undefined;
    if (status.size === base.bytes && (await sha256Of(path, signal)) === base.sha256) return path;
    return (await isArchive(path)) ? this.#restoreFrom(path, base) : undefined;
  }

  async #restoreFrom(path: string, base: BaseFile): Promise<string | undefined> {
    const names = await archivedNames(path, base.sha256);
    if (names === undefined) return undefined;
    let folder = this.#restored.get(path);
    if (folder === undefined) {
      folder = await ownFolder(this.#means.folder, '.featherweight-base', this.#owner);
      this.#restored.set(path, folder);
      this.needed.push(...(await this.#means.restore(path, folder, this.#within)));
    }
    return join(folder, ...names);
  }
}

/**
 * Where an archive restores the file with this sha256 to, in parts of a path; nothing when it has no such file, or takes that
 * very file to restore it.
 */
async function archivedNames(path: string, sha256: string): Promise<readonly string[] | undefined> {
  // Whatever is wrong with some other archive of the folder is not this one's fault.
  const opened = await openArchive(path, mostIndexBytes).catch(() => undefined);
  if (opened === undefined) return undefined;
  await using archive = opened;
  const { files, bases } = archive.archive;
  if (bases.some((base) => base.sha256 === sha256)) return undefined;
  const place = files.findIndex((file) => file.sha256 === sha256);
  return safeArchiveNames(files.map(({ name }) => name))[place]?.split('/');
}

const mostIndexBytes = 64 * 2 ** 20;

/** Where the journal of the store that a folder is in says that the base is, as an archive or as it was met. */
async function filesOfStore(folder: string, base: BaseFile): Promise<string[]> {
  const store = await storeAround(folder);
  if (store === undefined) return [];
  const found: string[] = [];
  for (const record of await readJournals(store)) {
    if (record.type !== 'done') continue;
    if (record.files.some(({ sha256 }) => sha256 === base.sha256))
      found.unshift(join(store, ...record.archive.split('/')));
    if (!record.bases.some(({ sha256 }) => sha256 === base.sha256)) continue;
    for (const path of record.basePaths) found.push(path, join(path, base.name));
  }
  const there: string[] = [];
  for (const path of new Set(found)) if (await isFile(path)) there.push(path);
  return there;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => status.isFile(),
    () => false,
  );
}

/** The files of a folder that may be the base or hold it, the likeliest first: same name, then same size, then archives. */
async function filesIn(folder: string, base: BaseFile): Promise<string[]> {
  const likely: [string, number][] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) continue;
    const isArchive = entry.name.endsWith('.fwz');
    const isNamed = entry.name === base.name || entry.name === `${basename(base.name)}.fwz`;
    const size = await stat(path).then(
      (status) => (status.isFile() ? status.size : -1),
      () => -1,
    );
    if (size === base.bytes || (isArchive && size >= 0)) likely.push([path, isNamed ? 0 : isArchive ? 2 : 1]);
  }
  return likely.sort(([one, left], [other, right]) => left - right || (one < other ? -1 : 1)).map(([path]) => path);
}

function missing(archive: string, { name, bytes, sha256 }: BaseFile): FeatherweightError {
  return new FeatherweightError(
    'BASE_MISSING',
    `"${archive}" is stored as a difference to "${name}" (${bytes} bytes, sha256 ${sha256}), which is neither beside it nor among the bases given. Say where it, or its archive, is.`,
    { facts: { path: archive, base: name, sha256 } },
  );
}
