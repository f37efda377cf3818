import { lstatSync, readdirSync, realpathSync, statSync, type Dirent, type Stats } from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { toFeatherweightError } from '../errors.ts';
import { isUnfinished } from '../io/own-folder.ts';
import { limits } from '../limits.ts';

/** A file as the walk met it. */
export interface FoundFile {
  readonly name: string;
  /** Where it was met. */
  readonly path: string;
  /** Where its bytes are: `path`, or the end of a link. */
  readonly realPath: string;
  readonly bytes: number;
  /** Device and inode: one for all names of one file. */
  readonly identity: string;
  /** Identity, size and times: another state of a file has another key. */
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly modified: number;
  readonly isLink: boolean;
  /** Names that the file has on its disk. */
  readonly names: number;
}

export interface FoundFolder {
  readonly path: string;
  /** By name. */
  readonly files: readonly FoundFile[];
  /** Names of the folders in it; links to folders are not followed. */
  readonly folders: readonly string[];
}

export interface Walk {
  /** By absolute path, in the order of paths; folders that cannot be read are in `unreadable`. */
  readonly folders: ReadonlyMap<string, FoundFolder>;
  readonly files: number;
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
}

/** Entries of one walk; what a person calls a zoo has some thousands. */
const mostFiles = 5_000_000;
const leftAlone = /^(\.git|\.svn|node_modules|__pycache__|\.no_exist|\.Trash.*|\$RECYCLE\.BIN)$/;
const breathMilliseconds = 20;

/**
 * Looks at every file below `roots` without opening one. Links to files are followed once where they
 * lead below the roots, so that nobody's link makes an archive carry off another's file; links to folders never. Calls
 * for a file system are made at once and in order: a thread for each would take ten times as long. Throws `NOT_FOUND` or `IO`
 * where none of the roots can be looked at: a drive that is not there is no empty folder.
 */
export async function walk(
  roots: readonly string[],
  signal: AbortSignal,
  progress: (files: number) => void,
): Promise<Walk> {
  const folders = new Map<string, FoundFolder>();
  const unreadable: { path: string; reason: string }[] = [];
  const waiting = [...new Set(roots.map((root) => resolve(root)))].sort().reverse();
  const realRoots = [...waiting].flatMap((root) => realPathOrNothing(root));
  let firstFailure: unknown;
  let files = 0;
  let breath = performance.now();
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (folders.has(path)) continue;
    if (performance.now() - breath > breathMilliseconds) {
      await setImmediate();
      signal.throwIfAborted();
      progress(files);
      breath = performance.now();
    }
    try {
      const folder = look(path, realRoots, unreadable);
      folders.set(path, folder);
      files += folder.files.length;
      waiting.push(...folder.folders.map((name) => join(folder.path, name)).reverse());
    } catch (error) {
      firstFailure ??= error;
      unreadable.push({ path, reason: reasonOf(error) });
    }
    if (files > mostFiles) {
      unreadable.push({ path, reason: `more than ${mostFiles} files; the rest was not looked at` });
      break;
    }
  }
  if (folders.size === 0 && firstFailure !== undefined) throw toFeatherweightError(firstFailure, 'looking for files');
  progress(files);
  return { folders, files, unreadable };
}

function look(path: string, realRoots: readonly string[], unreadable: { path: string; reason: string }[]): FoundFolder {
  const files: FoundFile[] = [];
  const folders: string[] = [];
  const entries = readdirSync(path, { withFileTypes: true });
  if (entries.length > limits.folderEntries * 10) throw new Error(`${entries.length} entries in one folder`);
  for (const entry of entries) {
    const { name } = entry;
    if (entry.isDirectory()) {
      if (!leftAlone.test(name) && !isUnfinished(name)) folders.push(name);
      continue;
    }
    const isLink = entry.isSymbolicLink();
    if (!isLink && !entry.isFile()) continue;
    const place = join(path, name);
    try {
      const status = isLink ? statSync(place) : lstatSync(place);
      const realPath = isLink ? realpathSync(place) : place;
      if (!status.isFile()) continue;
      if (isLink && !realRoots.some((root) => realPath.startsWith(root)))
        unreadable.push({ path: place, reason: `a link to "${realPath}", outside the folders` });
      else files.push(found(name, place, realPath, status, isLink));
    } catch (error) {
      unreadable.push({ path: place, reason: reasonOf(error, entry) });
    }
  }
  files.sort((one, other) => (one.name < other.name ? -1 : 1));
  return { path, files, folders: folders.sort() };
}

function found(name: string, path: string, realPath: string, status: Stats, isLink: boolean): FoundFile {
  const identity = `${status.dev}:${status.ino}`;
  return {
    name,
    path,
    realPath,
    bytes: status.size,
    identity,
    key: `${identity}:${status.size}:${status.mtimeMs}:${status.ctimeMs}`,
    modified: status.mtimeMs,
    isLink,
    names: status.nlink,
  };
}

function realPathOrNothing(path: string): string[] {
  try {
    return [realpathSync(path).replace(/[\\/]?$/, sep)];
  } catch {
    return [];
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there',
  ENOTDIR: 'it is no folder',
  EACCES: 'it may not be read',
  EPERM: 'it may not be read',
  ELOOP: 'it is a link that leads to itself',
};

/** Why something cannot be read; of what a folder lists, `entry`, more is known. */
function reasonOf(error: unknown, entry?: Dirent): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' && entry?.isSymbolicLink()) return 'a link to what is not there';
  // Names that are no UTF-8 are listed with this sign in place of their bytes, and no file is called so.
  if (code === 'ENOENT' && entry?.name.includes('\ufffd')) return 'its name is no UTF-8; give it another';
  return reasons[code] ?? message;
}

/** A path below one of the roots as a name that is the same on every system. */
export function placeIn(roots: readonly string[], path: string): string {
  for (const root of roots) {
    const inside = relative(resolve(root), path);
    if (inside === '') return basename(path);
    if (!inside.startsWith('..')) {
      const place = inside.split(sep).join('/');
      return roots.length === 1 ? place : `${basename(resolve(root))}/${place}`;
    }
  }
  return path.split(sep).join('/').replace(/^\/+/, '');
}
