import { createHash } from 'node:crypto';
import { sha256Of } from '../io/file-digest.ts';
import { FileSource } from '../io/file-source.ts';
import type { ScanCache } from './scan-cache.ts';
import type { ZooFile } from './zoo.ts';

const probeBytes = 4096;
const filesAtOnce = 8;

/**
 * Groups equal files: by size, then by their first and last 4 KiB, then by sha256, so that only files that are very likely
 * equal are read whole. Returns the sha256 of every file that has an equal, by identity. A file that cannot be read is alone.
 */
export async function findEqualFiles(
  files: readonly ZooFile[],
  cache: ScanCache,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const equals = new Map<string, string>();
  const bySize = grouped(files, ({ bytes }) => String(bytes));
  for (const alike of bySize) {
    const probed = await groupedLater(alike, (file) => probe(file, cache));
    for (const likely of probed)
      for (const same of await groupedLater(likely, (file) => digest(file, cache, signal)))
        for (const file of same) equals.set(file.identity, (await digest(file, cache, signal)) ?? '');
  }
  return equals;
}

async function probe(file: ZooFile, cache: ScanCache): Promise<string | undefined> {
  // Told by the program that keeps it, so that files of tens of gigabytes need not be read to be told apart.
  const known = cache.get(file.key).probe;
  if (known !== undefined) return known;
  try {
    await using source = await FileSource.open(file.path);
    const hash = createHash('sha256');
    const bytes = new Uint8Array(Math.min(probeBytes, source.size));
    for (const offset of new Set([0, source.size - bytes.length])) {
      await source.read(offset, bytes);
      hash.update(bytes);
    }
    const found = hash.digest('base64');
    cache.add(file.key, { probe: found });
    return found;
  } catch {
    return undefined;
  }
}

async function digest(file: ZooFile, cache: ScanCache, signal: AbortSignal): Promise<string | undefined> {
  const known = file.sha256 ?? cache.get(file.key).sha256;
  if (known !== undefined) return known;
  try {
    const sha256 = await sha256Of(file.path, signal);
    cache.add(file.key, { sha256 });
    return sha256;
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  }
}

function grouped(files: readonly ZooFile[], key: (file: ZooFile) => string): ZooFile[][] {
  const groups = new Map<string, ZooFile[]>();
  for (const file of files) {
    const group = groups.get(key(file));
    if (group) group.push(file);
    else groups.set(key(file), [file]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

async function groupedLater(
  files: readonly ZooFile[],
  key: (file: ZooFile) => Promise<string | undefined>,
): Promise<ZooFile[][]> {
  const keys = new Map<ZooFile, string>();
  // Some at a time: opening a file is mostly waiting.
  for (let start = 0; start < files.length; start += filesAtOnce) {
    const some = files.slice(start, start + filesAtOnce);
    const found = await Promise.all(some.map(key));
    some.forEach((file, place) => {
      const of = found[place];
      if (of !== undefined) keys.set(file, of);
    });
  }
  return grouped([...keys.keys()], (file) => keys.get(file) ?? '');
}
