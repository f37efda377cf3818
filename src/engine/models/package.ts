import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { FolderListing } from './folder.ts';

/** Real packages nest two deep. */
const deepest = 8;

/** A kind of model that is a folder: the file that says so, and the names that are parts of it in all its depth. */
interface Package {
  readonly sign: string;
  readonly folder: string;
  readonly parts: RegExp;
}

const packages: readonly Package[] = [
  // Core ML (`.mlpackage`).
  { sign: 'Manifest.json', folder: 'Data/', parts: /^Data\/$/ },
  // A SavedModel of TensorFlow.
  { sign: 'saved_model.pb', folder: 'variables/', parts: /^(variables|assets|assets\.extra)\/$|\.pb$/ },
];

/** The names in a folder that make it a package, folders with `/` behind; `undefined` where it is none. */
export function packageParts({ sides, weights, others }: FolderListing): readonly string[] | undefined {
  return packagePartsAmong([...sides, ...weights, ...others]);
}

/** The same of names in any order, folders with `/` behind. */
export function packagePartsAmong(names: readonly string[]): readonly string[] | undefined {
  const kind = packages.find(({ sign, folder }) => names.includes(sign) && names.includes(folder));
  return kind && [kind.sign, ...names.filter((name) => name !== kind.sign && kind.parts.test(name))];
}

/** The names of the files of a package with these parts, sorted; hidden ones of the system left out. Throws UsageError above the limits. */
export async function packageFiles(folder: string, parts: readonly string[]): Promise<readonly string[]> {
  const names: string[] = parts.filter((name) => !name.endsWith('/'));
  for (const name of parts) if (name.endsWith('/')) await walk(name.slice(0, -1), 1);
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
