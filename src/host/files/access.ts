import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { HostError } from '../../contract/errors.ts';

/** Which paths a window may name. */
export interface Access {
  /** The allowed folders, links resolved. */
  roots(): readonly string[];
  /** Allows a folder and all that lies in it, because a person chose it; a path that is not full is left out. */
  grant(folder: string): Promise<void>;
  /**
   * The path with its links resolved, whether or not its last parts exist. Rejects with `NOT_ALLOWED` when that lies
   * outside every allowed folder or behind a hidden one.
   */
  check(path: string): Promise<string>;
}

/** An allow-list of folders; those that do not exist are left out. */
export async function createAccess(folders: readonly string[]): Promise<Access> {
  const roots: string[] = [];
  const grant = async (folder: string) => {
    const real = isAbsolute(folder) ? await realpath(folder).catch(() => undefined) : undefined;
    if (real !== undefined && !roots.includes(real)) roots.push(real);
  };
  for (const folder of folders) await grant(folder);

  const check = async (path: string) => {
    if (!isAbsolute(path) || path.includes('\0'))
      throw new HostError({ code: 'NOT_ALLOWED', message: `"${path}" is not a full path.` });
    const real = await resolveLinks(resolve(path));
    if (!roots.some((root) => isVisibleWithin(root, real)))
      throw new HostError({
        code: 'NOT_ALLOWED',
        message: `"${path}" lies outside the folders that Featherweight was opened for (${roots.join(', ') || 'none'}).`,
      });
    return real;
  };
  return { roots: () => [...roots], grant, check };
}

/** Whether `path` is `root` or lies in it with no hidden folder or file between. Both absolute and resolved. */
export function isVisibleWithin(root: string, path: string): boolean {
  const inside = relative(root, path);
  if (inside === '') return true;
  if (isAbsolute(inside)) return false;
  return !inside.split(sep).some((part) => part.startsWith('.'));
}

async function resolveLinks(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const parent = dirname(path);
    // Only a missing end may be taken as it stands: a link to nothing, a loop of links or a closed folder may lead anywhere.
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT' && !(await isThere(path));
    if (!isMissing || parent === path)
      throw new HostError({ code: 'NOT_ALLOWED', message: `"${path}" cannot be followed to where it leads.` });
    return join(await resolveLinks(parent), basename(path));
  }
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
