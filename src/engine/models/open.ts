import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { FeatherweightError, MalformedFileError, toFeatherweightError, UsageError } from '../errors.ts';
import { shown } from '../formats/json-reader.ts';
import { limits } from '../limits.ts';
import { companionsOf } from './companions.ts';
import { findFile, listFolder, type FolderListing } from './folder.ts';
import { isIndexName, isManifestName, readIndex } from './index-file.ts';
import type { Model, ModelFile } from './model.ts';
import { packageFiles, packageParts } from './package.ts';
import { partsOf } from './parts.ts';
import { partNotice } from './whole.ts';
import { archiveNameFor, nameKey, unsafeNameReason } from './names.ts';

/**
 * Finds what a path means. A file is a model of one file; an index is its shards and the files that go with them; a folder
 * that holds one index, one weight file or one set of numbered parts is that model. Throws UsageError for a folder with none or several, NOT_FOUND for
 * a missing file or shard, MalformedFileError for an index that cannot be trusted.
 */
export async function openModel(path: string): Promise<Model> {
  const absolute = resolve(path);
  try {
    const status = await stat(absolute);
    if (status.isDirectory()) return await openFolder(absolute);
    if (!status.isFile())
      throw new UsageError(`"${path}" is neither a file nor a folder, so there is nothing to archive.`, { path });
    if (isIndexName(basename(absolute))) return await openIndex(absolute, basename(absolute), dirname(absolute));
    return await openSingle(absolute, status.size);
  } catch (error) {
    throw toFeatherweightError(error, 'opening the model');
  }
}

async function openSingle(path: string, size: number): Promise<Model> {
  const ownName = basename(path);
  const name = archiveNameFor(ownName);
  const notices: string[] = [];
  if (name !== ownName)
    notices.push(`The file is archived as "${name}": ${unsafeNameReason(ownName) ?? 'its name is unsafe'}.`);
  const part = await partNotice(dirname(path), ownName);
  if (part !== undefined) notices.push(part);
  const found = await findCompanions(dirname(path), path);
  return {
    name: ownName,
    path,
    files: [{ path, name, size }, ...found.files],
    notices: [...notices, ...found.notices],
  };
}

async function openFolder(folder: string): Promise<Model> {
  const listing = await listFolder(folder);
  const { indexes, weights } = listing;
  const parts = packageParts(listing);
  if (parts !== undefined) return openPackage(folder, listing, parts);
  const choices =
    indexes.length > 0
      ? indexes
      : await withoutCompanions(folder, [...weights, ...(await manifestsAmong(folder, listing.sides))]);
  const [choice] = choices;
  if (choice === undefined)
    throw new UsageError(`The folder "${folder}" holds no model file; name one file to archive it as bytes.`, {
      path: folder,
    });
  const numbered = choices.length > 1 && indexes.length === 0 ? partsOf(choices) : undefined;
  if (numbered === undefined && choices.length > 1)
    throw new UsageError(`The folder "${folder}" holds several models: ${named(choices)}. Name one of them.`, {
      path: folder,
    });
  if (indexes.length > 0) return openIndex(folder, choice, folder);
  if (numbered !== undefined)
    return gather({ path: folder, folder, listing, required: [...numbered.present, ...numbered.missing] });
  const { path } = await requireFile(folder, choice);
  const companions = await findCompanions(folder, path);
  const model = await gather({ path: folder, folder, listing, required: [choice], companions: companions.files });
  return { ...model, notices: [...companions.notices, ...model.notices] };
}

/** Those of these files that keep weights in others, as TensorFlow and TensorFlow.js do. */
async function manifestsAmong(folder: string, names: readonly string[]): Promise<readonly string[]> {
  const manifests: string[] = [];
  for (const name of names) {
    const found = isManifestName(name) ? await findFile(folder, name) : { reason: '' };
    if ('file' in found && (await companionsOf(found.file.path)).length > 0) manifests.push(name);
  }
  return manifests;
}

/** A model that is a folder: all that is below its parts. */
async function openPackage(folder: string, { sides }: FolderListing, parts: readonly string[]): Promise<Model> {
  const listing = { indexes: [], weights: [], sides, others: [] };
  return gather({ path: folder, folder, listing, required: await packageFiles(folder, parts) });
}

/** The weight files of a folder that no other one of them keeps its tensors in. */
async function withoutCompanions(folder: string, weights: readonly string[]): Promise<readonly string[]> {
  if (weights.length < 2) return weights;
  const companions = new Set<string>();
  for (const name of weights) {
    const found = await findFile(folder, name);
    if ('file' in found) for (const companion of await companionsOf(found.file.path)) companions.add(companion);
  }
  return weights.filter((name) => !companions.has(name));
}

/** The files beside `path` that its tensors are in. One that may not be opened stays behind: the describing file is whole. */
async function findCompanions(
  folder: string,
  path: string,
): Promise<{ readonly files: readonly ModelFile[]; readonly notices: readonly string[] }> {
  const files: ModelFile[] = [];
  const notices: string[] = [];
  for (const name of await companionsOf(path)) {
    const unsafe = unsafeNameReason(name);
    const found = unsafe === undefined ? await findFile(folder, name) : { reason: unsafe };
    if ('file' in found && found.file.path !== path) {
      files.push(found.file);
      const { nlink } = await stat(found.file.path);
      if (nlink > 1)
        notices.push(
          `The file ${shown(name)} has ${nlink} names on this disk (hard links); it is taken with the model.`,
        );
    } else
      notices.push(
        `The file ${shown(name)}, which tensors of "${basename(path)}" are in, stays behind: ${'reason' in found ? found.reason : 'it is the same file'}.`,
      );
  }
  return { files, notices };
}

async function openIndex(path: string, index: string, folder: string): Promise<Model> {
  // An index that the person named may be a link to anywhere; one that was found in a folder is held to the folder's rules.
  const { path: indexPath } = path === folder ? await requireFile(folder, index) : { path };
  const { shardOf, shards } = await readIndex(indexPath);
  const listing = await listFolder(folder);
  const model = await gather({ path, folder, listing, required: [...shards, index] });
  return { ...model, shardOf };
}

interface Gathering {
  readonly path: string;
  readonly folder: string;
  readonly listing: FolderListing;
  /** Names of the files without which there is no model. */
  readonly required: readonly string[];
  /** Files that tensors of a required one are in. */
  readonly companions?: readonly ModelFile[];
}

async function gather({ path, folder, listing, required, companions = [] }: Gathering): Promise<Model> {
  const files: ModelFile[] = [];
  const carried = [...required, ...companions.map(({ name }) => name)];
  const keys = new Set(carried.map(nameKey));
  const notices: string[] = [];
  for (const name of required) files.push(await requireFile(folder, name));
  files.push(...companions);
  for (const name of listing.sides) {
    if (carried.includes(name)) continue;
    const found = await findFile(folder, name);
    const reason = 'reason' in found ? found.reason : sideReason(found.file, keys);
    if (reason !== undefined) notices.push(`The file ${shown(name)} stays behind: ${reason}.`);
    else if ('file' in found) {
      keys.add(nameKey(name));
      files.push(found.file);
    }
  }
  if (files.length > limits.modelFiles)
    throw new UsageError(`The model in "${folder}" has more than ${limits.modelFiles} files.`, { path: folder });
  const strays = [...listing.weights, ...listing.indexes].filter((name) => !carried.includes(name)).sort();
  const others = listing.others.filter((name) => !carried.some((file) => file === name || file.startsWith(name)));
  if (strays.length > 0)
    notices.push(`These weight files stay behind, the index does not name them: ${named(strays)}.`);
  if (others.length > 0) notices.push(`These stay behind, they are no known part of a model: ${named(others)}.`);
  return { name: basename(folder) || 'model', path, files, notices };
}

function sideReason({ name, size }: ModelFile, keys: ReadonlySet<string>): string | undefined {
  if (size > limits.sideFileBytes)
    return `it is ${size} bytes long, and files beside the weights may have ${limits.sideFileBytes}`;
  if (keys.has(nameKey(name))) return 'its name is that of another file on some systems';
  return unsafeNameReason(name);
}

async function requireFile(folder: string, name: string): Promise<ModelFile> {
  const found = await findFile(folder, name);
  if ('file' in found) {
    const reason = unsafeNameReason(name);
    if (reason !== undefined) throw new UsageError(`The file ${shown(name)} cannot be part of a model: ${reason}.`);
    return found.file;
  }
  const message = `The file ${shown(name)} of the model in "${folder}" cannot be opened: ${found.reason}.`;
  const facts = { path: join(folder, name), file: name };
  throw found.missing
    ? new FeatherweightError('NOT_FOUND', message, { facts })
    : new MalformedFileError(message, facts);
}

function named(names: readonly string[]): string {
  const shownNames = names.slice(0, 10).map(shown).join(', ');
  return names.length > 10 ? `${shownNames} and ${names.length - 10} more` : shownNames;
}
