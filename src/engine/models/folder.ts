import { opendir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, sep } from 'node:path';
import { UsageError } from '../errors.ts';
import { formats } from '../formats/catalog.ts';
import { limits } from '../limits.ts';
import { isIndexName } from './index-file.ts';
import type { ModelFile } from './model.ts';

/** The names in a folder by what they mean to a model. Sorted. */
export interface FolderListing {
  readonly indexes: readonly string[];
  readonly weights: readonly string[];
  /** Files that go with the weights: configuration, tokenizer, licence, description. */
  readonly sides: readonly string[];
  /** Files of no known use, and folders (with `/` behind). */
  readonly others: readonly string[];
}

const weightExtensions = new Set<string>([
  ...formats.flatMap(({ extensions }) => extensions),
  ...'.safetensors .bin .pt .pth .ckpt .gguf .ggml .onnx .h5 .keras .msgpack .npz .npy .tflite .pb .mlmodel'.split(' '),
]);
const sideExtensions = new Set(
  '.json .jsonl .txt .md .model .jinja .jinja2 .yaml .yml .toml .ini .cfg .py .tiktoken .spm .vocab .bpe .index .png .jpg .jpeg .webp .gif .svg'.split(
    ' ',
  ),
);
const sideNames =
  /^(licen[sc]e|notice|readme|copying|copyright|use_policy|model_card)([-_.].*)?$|^checkpoint$|^\.(gitattributes|metadata)$/i;

/** Sorts the entries of `folder`. Throws UsageError if it has more than the limit. */
export async function listFolder(folder: string): Promise<FolderListing> {
  const listing = { indexes: [] as string[], weights: [] as string[], sides: [] as string[], others: [] as string[] };
  let count = 0;
  for await (const entry of await opendir(folder)) {
    count += 1;
    if (count > limits.folderEntries)
      throw new UsageError(`The folder "${folder}" has more than ${limits.folderEntries} entries; name one file.`);
    const { name } = entry;
    if (entry.isDirectory()) {
      if (!name.startsWith('.')) listing.others.push(`${name}/`);
      continue;
    }
    const kind = nameKind(name);
    if (kind === 'index') listing.indexes.push(name);
    else if (kind === 'weights') listing.weights.push(name);
    else if (kind === 'side') listing.sides.push(name);
    else if (kind === 'other') listing.others.push(name);
  }
  for (const names of Object.values(listing)) names.sort();
  return listing;
}

/** What a file's name says that it is to a model; hidden files, archives and what lies beside archives are nothing to it. */
export function nameKind(name: string): 'index' | 'weights' | 'side' | 'other' | 'nothing' {
  const extension = extname(name).toLowerCase();
  if (isIndexName(name)) return 'index';
  if (weightExtensions.has(extension)) return 'weights';
  // Before the side files: a receipt of ours is JSON too.
  if (/\.fwz(\.|$)/.test(name)) return 'nothing';
  if (sideExtensions.has(extension) || sideNames.test(name)) return 'side';
  return name.startsWith('.') ? 'nothing' : 'other';
}

/** A file of a folder, or why it is not opened. */
export type FoundFile = { readonly file: ModelFile } | { readonly reason: string; readonly missing: boolean };

/**
 * Finds the file called `name` in `folder` without leaving it. A link is followed only to a file below the folder or, in a
 * hub cache, from `<repository>/snapshots/<revision>` to `<repository>/blobs`: any other link could make an archive of a
 * stranger's folder carry off a private file. A hard link is a file like any other; the folder's owner made it.
 */
export async function findFile(folder: string, name: string): Promise<FoundFile> {
  const [realFolder, path] = await Promise.all([realpath(folder), realpath(join(folder, name)).catch(() => undefined)]);
  if (path === undefined) return { reason: 'it is missing', missing: true };
  const below = realFolder.endsWith(sep) ? realFolder : realFolder + sep;
  if (!path.startsWith(below) && dirname(path) !== blobsOf(realFolder))
    return { reason: `it is a link to "${path}", outside the folder`, missing: false };
  const status = await stat(path, { bigint: true });
  if (!status.isFile()) return { reason: 'it is not a regular file', missing: false };
  const found = { device: String(status.dev), inode: String(status.ino) };
  return { file: { path, name, size: Number(status.size), found } };
}

function blobsOf(realFolder: string): string | undefined {
  for (let folder = realFolder; dirname(folder) !== folder; folder = dirname(folder))
    if (basename(dirname(folder)) === 'snapshots') return join(dirname(dirname(folder)), 'blobs');
  return undefined;
}
