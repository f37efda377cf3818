import { extname, join } from 'node:path';
import { companionsOf } from './companions.ts';
import { listFolder } from './folder.ts';
import { isManifestName, readIndex } from './index-file.ts';
import { partsOf } from './parts.ts';

/** How files are called that hold tensors without saying where. */
const holdsTensors = /\.(safetensors|bin|data)$|_data$|\.data-\d{5}-of-\d{5}$/i;
const tfjsShard = /^group\d+-shard\d+of\d+(\.bin)?$/;

/** What a person should know who named the file `name` of `folder` by itself where it is a part of a model; else `undefined`. */
export async function partNotice(folder: string, name: string): Promise<string | undefined> {
  const describing = await describedBy(folder, name);
  if (describing !== undefined)
    return `"${name}" is one part of a model; open "${describing}" or its folder to take all of it.`;
  if (tfjsShard.test(name))
    return `"${name}" is a part of a TensorFlow.js model; without its model.json nobody can tell which tensors are in it, and it is stored as bytes.`;
  if ((partsOf([name])?.missing.length ?? 0) > 0)
    return `"${name}" is one part of a model; open its folder to take all of it.`;
  return undefined;
}

/** The index that lists the file as a shard, or the file that says which tensors are in it. */
async function describedBy(folder: string, name: string): Promise<string | undefined> {
  if (!holdsTensors.test(name) && !tfjsShard.test(name)) return undefined;
  // Whatever is wrong in the neighbourhood of a file that was named by itself is not its fault.
  const { indexes, weights, sides } = await listFolder(folder).catch(() => ({ indexes: [], weights: [], sides: [] }));
  for (const index of indexes) {
    const { shards } = await readIndex(join(folder, index)).catch(() => ({ shards: [] as string[] }));
    if (shards.includes(name)) return index;
  }
  if (extname(name) === '.safetensors') return undefined;
  const describing = [...weights.filter((other) => extname(other) === '.onnx'), ...sides.filter(isManifestName)];
  for (const other of describing)
    if ((await companionsOf(join(folder, other)).catch(() => [] as string[])).includes(name)) return other;
  return undefined;
}
