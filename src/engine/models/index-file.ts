import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { MalformedFileError } from '../errors.ts';
import { readJson, shown } from '../formats/json-reader.ts';
import { limits } from '../limits.ts';
import { nameKey, unsafeNameReason } from './names.ts';

/** What a `*.index.json` says: which file of its folder holds each tensor. */
export interface ShardIndex {
  readonly shardOf: ReadonlyMap<string, string>;
  /** Each file once, by name. */
  readonly shards: readonly string[];
}

/** Whether a file of this name is the index of a sharded model, variants such as `model.safetensors.index.fp16.json` included. */
export function isIndexName(name: string): boolean {
  return /\.(safetensors|bin)\.index(\.[\w-]+)?\.json$/i.test(name);
}

/** Whether a file of this name may be the manifest of a TensorFlow.js model, or the index of a checkpoint of TensorFlow; only its content tells. */
export function isManifestName(name: string): boolean {
  return /^(.*[-_.])?(model|weights_manifest)\.json$|.\.index$/i.test(name);
}

/**
 * Reads an index. Its author is not trusted: a shard must be a plain file name of the same folder. Throws
 * MalformedFileError naming the tensor and the name it gives.
 */
export async function readIndex(path: string): Promise<ShardIndex> {
  const file = basename(path);
  const status = await stat(path);
  if (!status.isFile()) throw new MalformedFileError(`The index "${file}" is not a regular file.`, { file });
  const { size } = status;
  if (size > limits.indexBytes)
    throw new MalformedFileError(`"${file}" is ${size} bytes long; an index may have ${limits.indexBytes}.`, {
      file,
      size,
      allowed: limits.indexBytes,
    });
  return parseIndex(await readFile(path), file);
}

/** Reads the bytes of the index called `file`; see {@link readIndex}. */
export function parseIndex(bytes: Uint8Array, file: string): ShardIndex {
  const json = readJson(bytes, `The index "${file}"`);
  const shardOf = new Map<string, string>();
  const shards = new Map<string, string>();
  json.object((key) => {
    if (key !== 'weight_map') json.skip();
    else readWeightMap();
  });
  json.end();
  if (shards.size === 0)
    throw new MalformedFileError(`The index "${file}" has no weight_map that names a file.`, { file });
  return { shardOf, shards: [...shards.values()].sort() };

  function readWeightMap(): void {
    json.object((tensor) => {
      const shard = json.string();
      const known = shards.get(nameKey(shard));
      if (known === undefined) {
        const reason = shard.includes('/') ? 'it is not in the same folder' : unsafeNameReason(shard);
        if (reason !== undefined)
          json.fail(
            `the tensor ${shown(tensor)} is given to the file ${shown(shard)}, which is not opened: ${reason};`,
          );
        if (shards.size === limits.modelFiles) json.fail(`more than ${limits.modelFiles} files`);
        shards.set(nameKey(shard), shard);
      } else if (known !== shard) json.fail(`${shown(known)} and ${shown(shard)} are one file on some systems;`);
      shardOf.set(tensor, known ?? shard);
    });
  }
}
