import { access } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { FileSource } from '../../engine/io/file-source.ts';
import { ownFolder } from '../../engine/io/own-folder.ts';
import { graphTensors, readGraph } from '../../engine/onnx/index.ts';
import { capture, type Captured } from './capture.ts';
import { flatten } from '../models/flatten.ts';
import type { ModelInputs } from '../inference/inputs.ts';
import { findLayers, type Layer } from './layers.ts';
import { countLookups, type Lookup } from './lookups.ts';
import { samplesIn, sumBytes, Sums } from './sums.ts';

/** What is to be calibrated; plain data. */
export interface CalibrateRequest extends ModelInputs {
  /** An ONNX file. */
  readonly model: string;
  /** Where sums stay from one run to the next. */
  readonly folder: string;
}

export interface Calibration {
  readonly layers: readonly CalibratedLayer[];
  readonly lookups: readonly Lookup[];
  /** Names of all tensors that the inputs reach. */
  readonly reached: readonly string[];
  readonly inputs: 'task' | 'pseudo';
}

/** A layer and what is known of its inputs. */
export interface CalibratedLayer extends Layer {
  /** A file in the folder: for each block of inputs stride × stride sums of products, of which the upper half counts. */
  readonly sums: string;
  readonly samples: number;
}

/** Values that are captured in one pass, and sums that are held at once, in bytes. */
const capturesAtOnce = 24;
const mostSumBytes = 512 * 2 ** 20;

/**
 * Runs the model on its inputs and sums the products of what each layer is given, a few layers at a time; what is in the
 * folder already is not done again. Memory holds the captured values of one run and the sums of some layers.
 */
export async function calibrate(
  request: CalibrateRequest,
  onProgress: (done: number, total: number) => void,
): Promise<Calibration> {
  await using owner = new AsyncDisposableStack();
  const place = await ownFolder(tmpdir(), 'featherweight-calibrate', owner);
  const flat = await flatten(request, place);
  await using source = await FileSource.open(flat);
  const captured = { source, model: await readGraph(source), place };
  const layers = findLayers(captured.model);
  const path = (key: string): string => `${createHash('sha256').update(key).digest('hex').slice(0, 24)}.sums`;
  const missing: Layer[] = [];
  for (const [key, [layer]] of Map.groupBy(layers, ({ key }) => key)) {
    const isThere = await access(join(request.folder, path(key))).then(
      () => true,
      () => false,
    );
    if (layer && !isThere) missing.push(layer);
  }
  let done = 0;
  for (const group of groupsOf(missing)) {
    await sumGroup(request, captured, group, (key) => join(request.folder, path(key)));
    onProgress((done += group.length), missing.length);
  }
  const calibrated: CalibratedLayer[] = [];
  for (const layer of layers) {
    const samples = await samplesIn(join(request.folder, path(layer.key)));
    if (samples > 0) calibrated.push({ ...layer, sums: path(layer.key), samples });
  }
  return {
    layers: calibrated,
    lookups: await countLookups(request, captured),
    reached: graphTensors(captured.model.graph).map(({ name }) => name),
    inputs: request.task ? 'task' : 'pseudo',
  };
}

function* groupsOf(layers: readonly Layer[]): Generator<readonly Layer[]> {
  let [group, bytes]: [Layer[], number] = [[], 0];
  for (const layer of layers) {
    const more = sumBytes(layer);
    if (group.length > 0 && (group.length >= capturesAtOnce || bytes + more > mostSumBytes)) {
      yield group;
      [group, bytes] = [[], 0];
    }
    group.push(layer);
    bytes += more;
  }
  if (group.length > 0) yield group;
}

async function sumGroup(
  request: CalibrateRequest,
  captured: Captured,
  layers: readonly Layer[],
  pathOf: (key: string) => string,
): Promise<void> {
  const sums = layers.map((layer) => new Sums(layer));
  const inputs = layers.map(({ input }) => input);
  await capture(request, captured, inputs, (valueOf, runs) => {
    for (const each of sums) {
      const value = valueOf(each.layer.input);
      if (value) each.add(value, runs);
    }
  });
  for (const each of sums) await each.write(pathOf(each.layer.key));
}
