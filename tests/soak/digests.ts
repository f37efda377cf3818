import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '../support/killed-server.ts';

/** sha256 of every file below a folder whose name ends so, by name. */
export async function digestsBelow(folder: string, ending: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const found = new Map<string, string>();
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && entry.name.endsWith(ending)) found.set(path.slice(folder.length + 1), await digestOf(path));
  }
  return found;
}
