import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readFloats, type FloatTensor } from '../../engine/exports/float-tensor.ts';
import { describing, floatsOf } from '../../engine/exports/onnx/elements.ts';
import type { Narrowing } from '../../engine/exports/onnx-narrow/narrowing.ts';
import { FeatherweightError } from '../../engine/errors.ts';
import { FileSource } from '../../engine/io/file-source.ts';
import { channelSets, graphTensors, readGraph, type ChannelSet } from '../../engine/onnx/index.ts';
import { openInputs } from '../../engine/models/inputs.ts';
import { planResources } from '../../engine/pipeline/job/resources.ts';
import type { ModelInputs } from '../inference/inputs.ts';
import { findLayers, type Layer } from '../joint/layers/layers.ts';
import { sumLayers } from '../joint/calibrate/sum-layers.ts';
import { mostTogether } from '../joint/calibrate/sums.ts';
import { orderOf, shareOut, type RemovalOrder } from './order.ts';
import { ChannelReader } from './reader.ts';

/** Which channels are to be taken out of a model; plain data. */
export interface NarrowRequest extends ModelInputs {
  /** An ONNX file. */
  readonly model: string;
  /** A folder for what is learned and for changed weights. */
  readonly folder: string;
  /** Of all channels that can be taken out. */
  readonly share: number;
}

/** No set of channels loses more than this many times the share of all, and this share of itself. */
const [mostTimes, mostOfSet] = [3, 0.9];

/**
 * Finds the channels that the layers which read them miss least, and what the weights of those layers become, from what the inputs
 * of each have in common. Memory holds the sums of some layers, then the layers that read one set of channels.
 */
export async function narrowModel(
  request: NarrowRequest,
  onProgress: (done: number, total: number) => void,
): Promise<Narrowing> {
  const { model: path, folder, share } = request;
  await using source = await FileSource.open(path);
  await using files = await openInputs(path, planResources({}).headerBytes);
  const model = await readGraph(source);
  const file = describing(files);
  if (!file) throw new FeatherweightError('INTERNAL', `"${path}" is no ONNX model.`);
  const known = new Map(findLayers(model).map((layer) => [layer.name, layer]));
  const floats = new Map(
    graphTensors(model.graph).map((tensor) => [tensor.name, floatsOf(tensor, model.graph, file, files)]),
  );
  const sets = channelSets(model).map((set) => ({ set, layers: readersOf(set, known) }));
  const layers = [...new Map(sets.flatMap((each) => each.layers ?? []).map((layer) => [layer.key, layer])).values()];
  const steps = layers.length + 2 * sets.length;
  const paths = new Map(layers.map(({ key }, number) => [key, join(folder, `${number}.sums`)]));
  const sumsOf = ({ key }: Layer): string => paths.get(key) ?? '';
  await sumLayers(request, [{ source, model, place: folder }], layers, sumsOf, (done) => onProgress(done, steps));

  const open = async ({ set: { count }, layers: read }: (typeof sets)[number]): Promise<readonly ChannelReader[]> => {
    const readers: ChannelReader[] = [];
    for (const layer of read ?? []) {
      const weights = await valuesOf(floats.get(layer.name));
      const reader = await ChannelReader.open({ layer, weights, sums: sumsOf(layer), channels: count });
      if (!reader) return [];
      readers.push(reader);
    }
    return readers;
  };

  const orders: RemovalOrder[] = [];
  for (const [number, each] of sets.entries()) {
    const { count } = each.set;
    const most = Math.min(count - 1, Math.floor(count * Math.min(mostOfSet, mostTimes * share)));
    const readers = await open(each);
    orders.push(
      readers.length === 0
        ? { channels: [], costs: [] }
        : orderOf(
            readers.map((reader) => reader.begin()),
            count,
            most,
          ),
    );
    onProgress(layers.length + number + 1, steps);
  }
  const able = sets.reduce(
    (sum, { set }, number) => sum + ((orders[number]?.channels.length ?? 0) > 0 ? set.count : 0),
    0,
  );
  const taken = shareOut(orders, Math.round(share * able));

  const changed: Narrowing['changed'][number][] = [];
  const write = async (name: string, values: Float32Array): Promise<void> => {
    const at = join(folder, `${changed.length}.changed`);
    await writeFile(at, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    changed.push({ name, path: at });
  };
  const cuts: Narrowing['cuts'][number][] = [];
  for (const [number, each] of sets.entries()) {
    const gone = new Set(orders[number]?.channels.slice(0, taken[number]));
    const kept = Array.from({ length: each.set.count }, (_, channel) => channel).filter(
      (channel) => !gone.has(channel),
    );
    cuts.push({ kept, error: (orders[number]?.costs ?? []).slice(0, gone.size).reduce((sum, cost) => sum + cost, 0) });
    for (const [place, reader] of (gone.size > 0 ? await open(each) : []).entries()) {
      const layer = each.layers?.[place];
      if (!layer) continue;
      const { weights, shifts } = reader.withOnly(kept);
      await write(layer.name, weights);
      if (!layer.bias) continue;
      const { name, sign } = layer.bias;
      const bias = await valuesOf(floats.get(name));
      await write(
        name,
        bias.map((value, row) => value + sign * (shifts[row] ?? 0)),
      );
    }
    onProgress(layers.length + sets.length + number + 1, steps);
  }
  return { cuts, changed };
}

/** The layers that read a set, if the inputs of all of them can be looked at together. */
function readersOf({ read }: ChannelSet, known: ReadonlyMap<string, Layer>): readonly Layer[] | undefined {
  const layers = read.flatMap(({ tensor }) => known.get(tensor.name) ?? []);
  const isWhole =
    layers.length === read.length && layers.every(({ columns, groups }) => columns <= mostTogether && groups === 1);
  return isWhole ? layers : undefined;
}

async function valuesOf(tensor: FloatTensor | undefined): Promise<Float32Array> {
  if (!tensor) throw new FeatherweightError('INTERNAL', 'A tensor cannot be read.');
  return await readFloats(tensor, 0, tensor.count);
}
