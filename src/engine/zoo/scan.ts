import { walk, placeIn, type FoundFile } from './walk.ts';
import { findEqualFiles } from './equal-files.ts';
import { claimedDigest, hubSnapshots, ollamaModels } from './keepers.ts';
import { packageModel } from './packages.ts';
import { appOf, recogniseFolder, type Draft } from './recognise.ts';
import { ScanCache } from './scan-cache.ts';
import { findSharedBlocks } from './shared-blocks.ts';
import type { Zoo, ZooFile, ZooModel } from './zoo.ts';

export interface ScanRequest {
  readonly roots: readonly string[];
  /** A file that remembers what reading files told. */
  readonly cache?: string | undefined;
}

export interface ScanHooks {
  readonly signal: AbortSignal;
  readonly progress?: (files: number) => void;
  /** A model as soon as it is recognised. */
  readonly found?: (model: ZooModel) => void;
}

/**
 * Finds the models below some folders. Every file counts once, whatever names and links lead to it; models whose weights
 * are equal to an earlier one's say so. Nothing is written but the cache.
 */
export async function scanZoo({ roots, cache: cachePath }: ScanRequest, hooks: ScanHooks): Promise<Zoo> {
  const { signal } = hooks;
  const cache = await ScanCache.open(cachePath);
  const { folders, files, unreadable } = await walk(roots, signal, (count) => hooks.progress?.(count));
  const drafts: Draft[] = [];
  const done = new Set<string>();
  for (const folder of folders.values()) {
    signal.throwIfAborted();
    if (done.has(folder.path)) continue;
    const kept =
      (await hubSnapshots(folder, folders, cache)) ??
      (await ollamaModels(folder, folders)) ??
      packageModel(folder, folders);
    for (const path of kept?.folders ?? []) done.add(path);
    drafts.push(...(kept?.drafts ?? []));
    if (kept) continue;
    const app = appOf(folder, folders);
    for (const draft of await recogniseFolder(folder, cache)) drafts.push({ ...draft, app });
  }
  const models = gather(drafts, roots, hooks);
  const withEquals = await markEquals(models, cache, signal);
  await cache.save();
  const { how: sharedBlocks, bytes: shared } = await findSharedBlocks(filesOf(withEquals), signal);
  const all = [...folders.values()].flatMap((folder) => folder.files);
  const marked = withEquals.map((model) => markShared(model, shared));
  return { ...summarize(marked, all), roots, files, unreadable, sharedBlocks };
}

/** Every file of the models once, in their order. */
function filesOf(models: readonly ZooModel[]): ZooFile[] {
  return [...new Map(models.flatMap(({ files }) => files).map((file) => [file.identity, file])).values()];
}

/** Says how much of a model lies in blocks of earlier files; what models have in common anyway counts with the first. */
function markShared(model: ZooModel, shared: Map<string, number>): ZooModel {
  let sharedBytes = 0;
  for (const { identity } of model.files) {
    sharedBytes += shared.get(identity) ?? 0;
    shared.delete(identity);
  }
  return sharedBytes === 0 ? model : { ...model, sharedBytes };
}

/** Turns drafts into models; one whose weights are all files of an earlier one is another name of that one. */
function gather(drafts: readonly Draft[], roots: readonly string[], hooks: ScanHooks): ZooModel[] {
  const owners = new Map<string, ZooModel & { aliases: string[] }>();
  const models: ZooModel[] = [];
  const ids = new Set<string>();
  // Files before links to them, so that a link is the alias and the file the model.
  const sorted = [...drafts].sort((one, other) => Number(isLinked(one)) - Number(isLinked(other)));
  for (const draft of sorted) {
    const owner = owners.get(draft.weights[0]?.identity ?? '');
    if (owner && draft.weights.every(({ identity }) => owners.get(identity) === owner)) {
      if (draft.path !== owner.path) owner.aliases.push(placeIn(roots, draft.path));
      else if (draft.name !== owner.name) owner.aliases.push(draft.name);
      continue;
    }
    const model = modelOf(draft, roots, ids);
    models.push(model);
    for (const { identity } of draft.weights) if (!owners.has(identity)) owners.set(identity, model);
    hooks.found?.(model);
  }
  return models.sort((one, other) => (one.id < other.id ? -1 : 1));
}

function isLinked({ kind, weights }: Draft): boolean {
  return kind !== 'hub-snapshot' && weights.some((file) => file.isLink);
}

function modelOf(draft: Draft, roots: readonly string[], ids: Set<string>): ZooModel & { aliases: string[] } {
  const all = [...new Map([...draft.weights, ...draft.sides].map((file) => [file.identity, file])).values()];
  let id = placeIn(roots, draft.path);
  for (let number = 2; ids.has(id); number++) id = `${placeIn(roots, draft.path)} (${number})`;
  ids.add(id);
  return {
    id,
    name: draft.name,
    kind: draft.kind,
    ...(draft.app && { app: draft.app }),
    path: draft.path,
    files: all.map(fileOf),
    weightFiles: new Set(draft.weights.map(({ identity }) => identity)).size,
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    modified: Math.max(...draft.weights.map(({ modified }) => modified)),
    aliases: [],
  };
}

function fileOf({ realPath, bytes, identity, key }: FoundFile): ZooFile {
  const sha256 = claimedDigest(realPath);
  return { path: realPath, bytes, identity, key, ...(sha256 !== undefined && { sha256 }) };
}

/** A model is equal to an earlier one when each of its weight files is. */
async function markEquals(models: readonly ZooModel[], cache: ScanCache, signal: AbortSignal): Promise<ZooModel[]> {
  const weights = new Map(
    models.flatMap(({ files, weightFiles }) => files.slice(0, weightFiles)).map((file) => [file.identity, file]),
  );
  const digests = await findEqualFiles([...weights.values()], cache, signal);
  const firsts = new Map<string, string>();
  return models.map((model) => {
    const parts = model.files.slice(0, model.weightFiles).map(({ identity }) => digests.get(identity));
    if (parts.some((part) => part === undefined)) return model;
    const key = parts.join(' ');
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, model.id);
    return first === undefined ? model : { ...model, equalTo: first };
  });
}

function summarize(
  models: readonly ZooModel[],
  all: readonly FoundFile[],
): Pick<Zoo, 'models' | 'bytes' | 'others' | 'archives'> {
  const own = new Map(filesOf(models).map((file) => [file.identity, file.bytes]));
  const others = new Map(
    all
      .filter(({ identity, name }) => !own.has(identity) && !name.endsWith('.fwz'))
      .map((file) => [file.identity, file]),
  );
  const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, bytes) => total + bytes, 0);
  return {
    models,
    bytes: sum(own.values()) - sum(models.map(({ sharedBytes = 0 }) => sharedBytes)),
    others: { files: others.size, bytes: sum([...others.values()].map(({ bytes }) => bytes)) },
    archives: all.filter(({ name }) => name.endsWith('.fwz')).map(({ path }) => path),
  };
}
