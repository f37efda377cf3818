import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { FolderListing } from './folder.ts';

const manifest = 'Manifest.json';
const data = 'Data';
/** Real packages nest two deep. */
const deepest = 8;

/** Whether a folder is a Core ML package (`.mlpackage`): a manifest and a folder `Data`. */
export function isPackage({ sides, others }: FolderListing): boolean {
  return sides.includes(manifest) && others.includes(`${data}/`);
}

/** The names of the files of a package, sorted; hidden ones of the system left out. Throws UsageError above the limits. */
export async function packageFiles(folder: string): Promise<readonly string[]> {
  const names: string[] = [manifest];
  await walk(data, 1);
  return names.sort();

  async function walk(below: string, depth: number): Promise<void> {
    for await (const entry of await opendir(join(folder, below))) {
      if (entry.name.startsWith('.')) continue;
      const name = `${below}/${entry.name}`;
      if (!entry.isDirectory()) names.push(name);
      else if (depth < deepest) await walk(name, depth + 1);
      else throw new UsageError(`The package "${folder}" has folders nested deeper than ${deepest}.`, { path: folder });
      if (names.length > limits.modelFiles)
        throw new UsageError(`The package "${folder}" has more than ${limits.modelFiles} files.`, { path: folder });
    }
  }
}
