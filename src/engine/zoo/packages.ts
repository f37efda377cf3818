import { basename, join } from 'node:path';
import { nameKind } from '../models/folder.ts';
import { packagePartsAmong } from '../models/package.ts';
import type { Kept } from './keepers.ts';
import { mostSideBytes } from './recognise.ts';
import type { FoundFile, FoundFolder } from './walk.ts';

type Folders = ReadonlyMap<string, FoundFolder>;

/**
 * A model that is a folder, as `openModel` takes it: a SavedModel of TensorFlow, a Core ML package. All its parts are weights to
 * it, since none is a model without the others.
 */
export function packageModel(folder: FoundFolder, folders: Folders): Kept | undefined {
  const parts = packagePartsAmong([
    ...folder.files.map(({ name }) => name),
    ...folder.folders.filter((name) => !name.startsWith('.')).map((name) => `${name}/`),
  ]);
  if (!parts) return undefined;
  const inside = parts.filter((name) => name.endsWith('/')).map((name) => join(folder.path, name.slice(0, -1)));
  const [own, others] = [new Set(parts), folder.files.filter(({ name }) => nameKind(name) === 'side')];
  const weights = [
    ...folder.files.filter(({ name }) => own.has(name)),
    ...inside.flatMap((path) => [...filesBelow(path, folders)]),
  ];
  const sides = others.filter(({ name, bytes }) => !own.has(name) && bytes <= mostSideBytes);
  const drafts = [{ name: basename(folder.path), kind: 'folder' as const, path: folder.path, weights, sides }];
  return { drafts, folders: new Set([...folders.keys()].filter((path) => isBelow(path, inside))) };
}

function* filesBelow(path: string, folders: Folders): Generator<FoundFile> {
  const folder = folders.get(path);
  if (!folder) return;
  yield* folder.files.filter(({ name }) => !name.startsWith('.'));
  for (const name of folder.folders) if (!name.startsWith('.')) yield* filesBelow(join(path, name), folders);
}

function isBelow(path: string, tops: readonly string[]): boolean {
  return tops.some((top) => path === top || path.startsWith(join(top, '/')));
}
