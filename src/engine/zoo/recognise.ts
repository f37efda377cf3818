import { basename, dirname } from 'node:path';
import { companionsOf } from '../models/companions.ts';
import { nameKind } from '../models/folder.ts';
import { isManifestName, readIndex } from '../models/index-file.ts';
import { partsOf } from '../models/parts.ts';
import type { ScanCache } from './scan-cache.ts';
import type { FoundFile, FoundFolder } from './walk.ts';
import type { ModelApp } from './zoo.ts';

/** A model that was recognised in a folder, before links between models are known. */
export interface Draft {
  readonly name: string;
  readonly kind: 'file' | 'sharded' | 'folder' | 'hub-snapshot' | 'ollama';
  readonly app?: ModelApp | undefined;
  readonly path: string;
  readonly weights: readonly FoundFile[];
  readonly sides: readonly FoundFile[];
}

/** What is larger lies beside a model by chance. */
export const mostSideBytes = 100_000_000;
const indexedExtension = /\.(onnx|json|index)$/i;

/**
 * Recognises the models of one folder by the names in it, as `openModel` would: shards of an index, numbered parts, a
 * single weight file with what goes with it, else each weight file for itself. Opens only files that may name others.
 */
export async function recogniseFolder(folder: FoundFolder, cache: ScanCache): Promise<readonly Draft[]> {
  const byKind = Object.groupBy(folder.files, ({ name }) => nameKind(name));
  const indexes = byKind.index ?? [];
  const sides = (byKind.side ?? []).filter(({ bytes }) => bytes <= mostSideBytes);
  const weights = new Map((byKind.weights ?? []).map((file) => [file.name, file]));
  if (weights.size === 0 && indexes.length === 0 && !sides.some(({ name }) => isManifestName(name))) return [];
  const byName = new Map(folder.files.map((file) => [file.name, file]));
  const take = (names: readonly string[]): FoundFile[] =>
    names.flatMap((name) => {
      weights.delete(name);
      const file = byName.get(name);
      return file ? [file] : [];
    });
  const drafts: Draft[] = [];
  for (const index of indexes) {
    const { shards } = await readIndex(index.path).catch(() => ({ shards: [] }));
    const present = take(shards);
    if (present.length === 0) continue;
    const path = indexes.length === 1 ? folder.path : index.path;
    drafts.push({ name: basename(folder.path), kind: 'sharded', path, weights: present, sides: [index, ...sides] });
  }
  const describing: Draft[] = [];
  for (const file of [...weights.values(), ...sides.filter(({ name }) => isManifestName(name))]) {
    if (!indexedExtension.test(file.name)) continue;
    const companions = take(await namedBy(file, cache));
    if (companions.length === 0) continue;
    take([file.name]);
    describing.push({ name: file.name, kind: 'file', path: file.path, weights: [file, ...companions], sides: [] });
  }
  const rest = [...weights.values()];
  const parts = rest.length > 1 && indexes.length === 0 ? partsOf(rest.map(({ name }) => name)) : undefined;
  if (parts?.missing.length === 0 && describing.length === 0) {
    return [{ name: basename(folder.path), kind: 'sharded', path: folder.path, weights: rest, sides }];
  }
  const alone = drafts.length === 0 && rest.length + describing.length === 1;
  for (const draft of [...describing, ...rest.map(single)])
    drafts.push(alone && sides.length > 0 ? withSides(draft, folder.path, sides) : draft);
  return drafts;
}

function single(file: FoundFile): Draft {
  return { name: file.name, kind: 'file', path: file.path, weights: [file], sides: [] };
}

function withSides(draft: Draft, path: string, sides: readonly FoundFile[]): Draft {
  const own = new Set(draft.weights.map(({ name }) => name));
  return { ...draft, kind: 'folder', path, sides: sides.filter(({ name }) => !own.has(name)) };
}

async function namedBy(file: FoundFile, cache: ScanCache): Promise<readonly string[]> {
  const known = cache.get(file.key).companions;
  if (known) return known;
  const companions = [...(await companionsOf(file.path).catch(() => []))];
  cache.add(file.key, { companions });
  return companions;
}

const comfyFolders = new Set(
  'checkpoints loras vae clip unet diffusion_models controlnet upscale_models text_encoders embeddings'.split(' '),
);

/** The program whose folder this is, by the names around it. */
export function appOf(folder: FoundFolder, folders: ReadonlyMap<string, FoundFolder>): ModelApp | undefined {
  if (/[\\/](\.lmstudio|lm-studio|LM Studio)[\\/](.*[\\/])?models[\\/]/i.test(`${folder.path}/`)) return 'lm-studio';
  for (let path = dirname(folder.path), depth = 0; depth < 3; path = dirname(path), depth++) {
    const above = folders.get(path);
    if (above && above.folders.filter((name) => comfyFolders.has(name)).length > 1) return 'comfyui';
  }
  const names = new Set(folder.files.map(({ name }) => name));
  return names.has('config.json') || names.has('.gitattributes') ? 'huggingface' : undefined;
}
