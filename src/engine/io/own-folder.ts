import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isGone, thisProcess } from './owner.ts';
import { withoutFolder } from './without-folder.ts';

/** Of {@link ownFolder} alone: nobody else ends a name with a process and when that began. */
const named = /\.partial-(?<owner>[0-9a-f]{8} \d+ \d*) [A-Za-z0-9]{6}$/;
/** Of a name, so that what is put behind it still fits into one. */
const mostCharacters = 48;

/** Whether {@link ownFolder} made a folder of this name, for whatever process. */
export function isUnfinished(name: string): boolean {
  return named.test(name);
}

/** Whether a folder of this name is work of a process that is gone; of other machines nothing is known. */
export function isAbandoned(name: string): boolean {
  const owner = named.exec(name)?.groups?.['owner'];
  return owner !== undefined && owner !== thisProcess() && isGone(owner);
}

/** The folder as a person knows it: where `path` is in one of {@link ownFolder}, that which holds it. */
export function knownFolder(path: string): string {
  let known = path;
  for (let at = path; dirname(at) !== at; at = dirname(at)) if (isUnfinished(basename(at))) known = dirname(at);
  return known;
}

/**
 * A new folder in `parent` for work that is not finished, called `NAME.partial-OWNER`, removed when `owner` is disposed. Those that
 * killed processes left in `parent` are removed first. Throws FOLDER_MISSING where there is no `parent`.
 */
export async function ownFolder(parent: string, name: string, owner: AsyncDisposableStack): Promise<string> {
  await removeAbandoned(parent);
  const start = name.slice(0, mostCharacters).toWellFormed();
  const folder = await mkdtemp(join(parent, `${start}.partial-${thisProcess()} `)).catch((error: unknown) => {
    throw withoutFolder(error, join(parent, name));
  });
  owner.defer(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * Has a file of ours made under another name, and gives it its own when it is whole. Several processes may do so with one path at
 * once: what is there is always the whole work of one. What killed processes left beside it is removed.
 */
export async function writeAside(path: string, write: (unfinished: string) => Promise<void>): Promise<void> {
  await using owner = new AsyncDisposableStack();
  const unfinished = join(await ownFolder(dirname(path), basename(path), owner), 'unfinished');
  await write(unfinished);
  await rename(unfinished, path);
}

/**
 * Removes the folders that killed processes left in `parent`; how many stay, since their processes are at work or those of another
 * machine. A `parent` that cannot be listed has none.
 */
export async function removeAbandoned(parent: string): Promise<number> {
  let stay = 0;
  for (const entry of await readdir(parent, { withFileTypes: true }).catch(() => [])) {
    if (!entry.isDirectory() || !isUnfinished(entry.name)) continue;
    if (!isAbandoned(entry.name)) stay += 1;
    else await rm(join(parent, entry.name), { recursive: true, force: true }).catch(() => (stay += 1));
  }
  return stay;
}
