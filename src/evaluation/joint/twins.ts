import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { addSums } from './calibrate/sums.ts';
import { keyOf } from './round/kept-work.ts';
import type { FoundTensor } from './tensors.ts';

/**
 * Ties matrices with the very same numbers: the first stays and names the others, so that they are tried, rounded and stored as one,
 * for the inputs of all their layers together. Their biases stay, since each layer loses something else. Sums are written to `folder`.
 */
export async function tieTwins(tensors: readonly FoundTensor[], folder: string): Promise<readonly FoundTensor[]> {
  const tied: FoundTensor[] = [];
  for (const group of Map.groupBy(tensors, likenessOf).values()) {
    const [first, ...twins] = group.toSorted((one, other) => orderOf(one) - orderOf(other));
    if (!first) continue;
    if (twins.length === 0) tied.push(first);
    else tied.push({ ...first, layer: await layerOfAll(first, group, folder), twins });
  }
  return tied;
}

const orderOf = ({ layer }: FoundTensor): number => layer?.order ?? 0;

/** Equal for matrices that can be one: the same numbers, used in the same way. */
function likenessOf({ kind, file, name, dtype, sha256, geometry, layer, isReached, importance }: FoundTensor): string {
  if (kind !== 'matrix' || importance) return `${file} ${name}`;
  const { rows, columns, groups, isTransposed, isStack, window } = layer ?? {};
  return JSON.stringify([dtype, sha256, geometry, isReached, rows, columns, groups, isTransposed, isStack, window]);
}

async function layerOfAll(
  { layer }: FoundTensor,
  group: readonly FoundTensor[],
  folder: string,
): Promise<FoundTensor['layer']> {
  if (!layer) return undefined;
  const layers = group.flatMap((one) => one.layer ?? []);
  const sums = `${keyOf(...layers.map((one) => one.sums)).slice(0, 24)}.sums`;
  const isThere = await access(join(folder, sums)).then(
    () => true,
    () => false,
  );
  const paths = layers.map((one) => join(folder, one.sums));
  if (!isThere) await addSums(paths, layer, join(folder, sums));
  const total = (count: 'samples' | 'places'): number => layers.reduce((sum, one) => sum + one[count], 0);
  return { ...layer, sums, bias: undefined, samples: total('samples'), places: total('places') };
}
