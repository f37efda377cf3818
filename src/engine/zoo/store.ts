import { readdir, rm, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import type { BaseFile } from '../archive/reference.ts';
import { toFeatherweightError, UsageError } from '../errors.ts';
import { isArchiveHead } from '../archive/frame.ts';
import { isJournalHead } from '../archive/journal.ts';
import { isClaimed } from '../io/claim.ts';
import { isLeftover } from '../io/output-file.ts';
import { isAbandoned } from '../io/own-folder.ts';
import { openArchive } from '../archive/open-archive.ts';
import { readJournals } from './journal.ts';
import { walk, type FoundFile } from './walk.ts';

const mostIndexBytes = 128 * 2 ** 20;

/** An archive of a store. */
export interface StoredArchive {
  /** Below the store, with `/`. */
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly bytesIn: number;
  readonly files: readonly BaseFile[];
  readonly bases: readonly BaseFile[];
  /** Names of archives that need a file of this one. */
  readonly dependants: readonly string[];
  /** Bases that neither a file that is known nor an archive has, but for one that cannot be restored itself. */
  readonly missing: readonly BaseFile[];
  /** Why it cannot be read. */
  readonly fault?: string;
}

/** What a folder of archives holds and who needs whom. */
export interface StoreReport {
  readonly command: 'store';
  readonly path: string;
  readonly archives: readonly StoredArchive[];
  /** What killed runs left. */
  readonly leftovers: readonly string[];
  readonly bytes: number;
  readonly bytesIn: number;
  readonly isWhole: boolean;
}

/** Reads the index of every archive below a folder; no weights. */
export async function readStore(path: string, signal: AbortSignal): Promise<StoreReport> {
  const store = resolve(path);
  const { folders } = await walk([store], signal, () => undefined);
  const files = [...folders.values()].flatMap((folder) => folder.files);
  const archives: IndexedArchive[] = [];
  for (const file of files) {
    signal.throwIfAborted();
    if (file.name.endsWith('.fwz')) archives.push(await readStored(file, store));
  }
  const holders = holdersOf(archives);
  const originals = await presentOriginals(store, archives);
  const whole = restorable(archives, new Set(originals));
  const complete: StoredArchive[] = [];
  for (const archive of archives) {
    const own = heldBy(archive);
    const dependants = archives.filter(
      (other) =>
        other !== archive && other.bases.some(({ sha256 }) => own.has(sha256) && holders.get(sha256)?.length === 1),
    );
    const isHad = ({ sha256 }: BaseFile): boolean =>
      originals.has(sha256) || holders.get(sha256)?.some((name) => whole.has(name)) === true;
    const missing = archive.bases.filter((base) => !isHad(base));
    complete.push({ ...archive, dependants: dependants.map(({ name }) => name), missing });
  }
  return {
    command: 'store',
    path: store,
    archives: complete,
    leftovers: await leftoversIn(store, files),
    bytes: complete.reduce((sum, { bytes }) => sum + bytes, 0),
    bytesIn: complete.reduce((sum, { bytesIn }) => sum + bytesIn, 0),
    isWhole: complete.every(({ missing, fault }) => missing.length === 0 && fault === undefined),
  };
}

type IndexedArchive = Omit<StoredArchive, 'dependants' | 'missing'>;

/** Names of the archives that can give back a file, by its sha256. */
export function holdersOf(archives: readonly IndexedArchive[]): ReadonlyMap<string, readonly string[]> {
  const holders = new Map<string, string[]>();
  for (const archive of archives)
    for (const sha256 of heldBy(archive)) {
      const names = holders.get(sha256);
      if (names) names.push(archive.name);
      else holders.set(sha256, [archive.name]);
    }
  return holders;
}

/** Names of the archives whose bases are at hand or come out of such archives, which those that need one another do not. */
function restorable(archives: readonly IndexedArchive[], originals: ReadonlySet<string>): ReadonlySet<string> {
  const [had, whole] = [new Set(originals), new Set<string>()];
  for (let waiting = archives; waiting.length > 0;) {
    const next = waiting.filter(({ bases }) => bases.every(({ sha256 }) => had.has(sha256)));
    if (next.length === 0) break;
    for (const archive of next) {
      whole.add(archive.name);
      for (const { sha256 } of archive.files) had.add(sha256);
    }
    waiting = waiting.filter(({ name }) => !whole.has(name));
  }
  return whole;
}

/** What an archive can give back without being given it: a copy of its base it cannot. */
function heldBy({ files, bases }: Pick<StoredArchive, 'files' | 'bases'>): ReadonlySet<string> {
  const needed = new Set(bases.map(({ sha256 }) => sha256));
  return new Set(files.map(({ sha256 }) => sha256).filter((sha256) => !needed.has(sha256)));
}

async function readStored(file: FoundFile, store: string): Promise<IndexedArchive> {
  const name = relative(store, file.path).split(sep).join('/');
  const place = { name, path: file.path, bytes: file.bytes };
  try {
    await using opened = await openArchive(file.path, mostIndexBytes);
    const { files, bases } = opened.archive;
    const bytesIn = files.reduce((sum, { bytes }) => sum + bytes, 0);
    return {
      ...place,
      bytesIn,
      files: files.map(({ name: of, bytes, sha256 }) => ({ name: of, bytes, sha256 })),
      bases,
    };
  } catch (error) {
    return { ...place, bytesIn: 0, files: [], bases: [], fault: toFeatherweightError(error).message };
  }
}

/** sha256 of the bases of archives that still lie where they were when the archives were made. */
async function presentOriginals(store: string, archives: readonly IndexedArchive[]): Promise<ReadonlySet<string>> {
  const paths = new Map<string, readonly string[]>();
  for (const record of await readJournals(store))
    if (record.type === 'done') for (const { sha256 } of record.bases) paths.set(sha256, record.basePaths);
  const present = new Set<string>();
  for (const { sha256, bytes } of archives.flatMap(({ bases }) => bases))
    if (!present.has(sha256) && (await isThere(paths.get(sha256), bytes))) present.add(sha256);
  return present;
}

async function isThere(paths: readonly string[] | undefined, bytes: number): Promise<boolean> {
  for (const path of paths ?? []) {
    const status = await stat(path).catch(() => undefined);
    if (status?.isDirectory() === true || status?.size === bytes) return true;
  }
  return false;
}

async function leftoversIn(store: string, files: readonly FoundFile[]): Promise<string[]> {
  const unfinished: string[] = [];
  for (const { path } of files) if (await isLeft(path)) unfinished.push(path);
  const spools = (await readdir(store, { recursive: true, withFileTypes: true }).catch(() => []))
    .filter((entry) => entry.isDirectory() && isAbandoned(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  return [...unfinished, ...spools];
}

/** Whether a file is an unfinished archive, or the journal of one, that nobody is at work on; of another kind it may be anybody's. */
async function isLeft(path: string): Promise<boolean> {
  const [, archive, kind] = /^(.*\.fwz)\.(partial|journal)$/s.exec(path) ?? [];
  if (archive === undefined) return false;
  const isOurs = kind === 'partial' ? isArchiveHead : isJournalHead;
  return (await isLeftover(path, isOurs, []).catch(() => false)) && !(await isClaimed(archive));
}

/**
 * Removes archives of a store, and what killed runs left. Throws {@link UsageError}, and removes nothing, when an archive
 * that stays needs one that would go.
 */
export async function pruneStore(
  path: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly removed: readonly string[]; readonly bytes: number }> {
  const { archives, leftovers } = await readStore(path, signal);
  const going = new Set(names);
  for (const name of names) {
    const archive = archives.find((one) => one.name === name);
    if (!archive) throw new UsageError(`The store has no archive "${name}".`, { name });
    const orphans = archives.filter((one) => !going.has(one.name) && needs(one, archive, archives, going));
    if (orphans.length > 0)
      throw new UsageError(
        `"${name}" stays: ${orphans.length} archives cannot be restored without it: ${orphans
          .slice(0, 5)
          .map((one) => `"${one.name}"`)
          .join(', ')}. Name those too, or restore them first.`,
        { name, dependants: orphans.length },
      );
  }
  const goners = archives.filter(({ name }) => going.has(name));
  for (const { path: file } of goners) await rm(file);
  for (const leftover of leftovers) await rm(leftover, { recursive: true, force: true });
  return {
    removed: [...goners.map(({ path: file }) => file), ...leftovers],
    bytes: goners.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** Whether `one` needs a file that only archives which go hold. */
function needs(
  one: StoredArchive,
  gone: StoredArchive,
  archives: readonly StoredArchive[],
  going: ReadonlySet<string>,
): boolean {
  const held = heldBy(gone);
  const others = archives.filter(({ name }) => !going.has(name) && name !== one.name);
  return one.bases.some(({ sha256 }) => held.has(sha256) && !others.some((other) => heldBy(other).has(sha256)));
}
