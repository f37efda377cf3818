import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder with those it lies in, where they are not there. Unlike `mkdir` with `recursive` it tells why that cannot be: Node
 * says of a drive that is read-only that there is no such folder, and goes on for ever in places such as /proc. Returns those that were
 * made, the outermost first.
 */
export async function makeFolder(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return [];
  try {
    await mkdir(path);
    return [path];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Another process may have made it meanwhile.
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return [];
    const parent = dirname(resolve(path));
    if (code !== 'ENOENT' || (await stat(parent).catch(() => undefined))) throw error;
    const above = await makeFolder(parent);
    const isMade = await mkdir(path).then(
      () => true,
      async (again: unknown) => {
        if (!(await stat(path).catch(() => undefined))?.isDirectory()) throw again;
        return false;
      },
    );
    return isMade ? [...above, path] : above;
  }
}
