import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FileEntry } from '../../contract/files.ts';
import type { Access } from '../files/access.ts';
import { findFile } from '../files/find-file.ts';
import type { Handlers } from './handlers.ts';

const entriesShown = 1000;

/** Lets a window without a system dialog look through the allowed folders. */
export function fileHandlers(access: Access, ownFolder: string): Handlers<'files.roots' | 'files.list' | 'files.find'> {
  return {
    'files.roots': async () => {
      const own = await realpath(ownFolder);
      return access.roots().map((path) => ({ name: basename(path) || path, path, isOwn: path === own }));
    },
    'files.find': async (traits) => {
      const path = await findFile(access.roots(), traits);
      return path === undefined ? {} : { path };
    },
    'files.list': async ({ path: asked }) => {
      const path = await access.check(asked);
      const parent = await access.check(dirname(path)).catch(() => undefined);
      const all = (await readdir(path, { withFileTypes: true })).filter(({ name }) => !name.startsWith('.'));
      // Folders first also where not all are shown: each may lead to what is looked for.
      const isFolder = new Set(all.filter((entry) => entry.isDirectory()).map(({ name }) => name));
      const names = all
        .map(({ name }) => name)
        .sort((a, b) => Number(isFolder.has(b)) - Number(isFolder.has(a)) || byName(a, b));
      const found = await Promise.all(names.slice(0, entriesShown).map((name) => describe(path, name)));
      const entries = found.filter((entry) => entry !== undefined);
      return {
        path,
        ...(parent === undefined || parent === path ? {} : { parent }),
        entries: [...entries.filter(({ kind }) => kind === 'folder'), ...entries.filter(({ kind }) => kind === 'file')],
        truncated: names.length > entriesShown,
      };
    },
  };
}

const { compare: byName } = new Intl.Collator('en', { numeric: true });

async function describe(folder: string, name: string): Promise<FileEntry | undefined> {
  const path = join(folder, name);
  const status = await stat(path).catch(() => undefined);
  if (status?.isDirectory()) return { name, path, kind: 'folder', bytes: 0 };
  if (status?.isFile()) return { name, path, kind: 'file', bytes: status.size };
  return undefined;
}
