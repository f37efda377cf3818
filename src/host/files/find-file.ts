import { createHash } from 'node:crypto';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileTraits } from '../../contract/files.ts';

/** The search ends here, since copying the file is always possible and a person waits. */
const most = { entries: 20_000, depth: 5, milliseconds: 500 } as const;

/**
 * The path of a file with these traits in one of the folders, the least deep first; hidden folders and links are not
 * entered. Name, size and time of change must agree before a byte is read, and then each sample.
 */
export async function findFile(folders: readonly string[], traits: FileTraits): Promise<string | undefined> {
  const end = performance.now() + most.milliseconds;
  let level = [...folders];
  let seen = 0;
  for (let depth = 0; depth < most.depth && level.length > 0; depth += 1) {
    const next: string[] = [];
    for (const folder of level) {
      const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
      seen += entries.length;
      if (seen > most.entries || performance.now() > end) return undefined;
      for (const entry of entries) {
        if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
        const path = join(folder, entry.name);
        if (entry.isDirectory()) next.push(path);
        else if (entry.isFile() && entry.name === traits.name && (await hasTraits(path, traits))) return path;
      }
    }
    level = next;
  }
  return undefined;
}

async function hasTraits(path: string, { bytes, modified, samples }: FileTraits): Promise<boolean> {
  try {
    const { size, mtimeMs } = await stat(path);
    if (size !== bytes || Math.floor(mtimeMs) !== modified) return false;
    await using file = await open(path);
    for (const { offset, length, sha256 } of samples) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
      if (bytesRead !== length || createHash('sha256').update(buffer).digest('hex') !== sha256) return false;
    }
    return true;
  } catch {
    // A file that cannot be read is not the one that was dropped.
    return false;
  }
}
