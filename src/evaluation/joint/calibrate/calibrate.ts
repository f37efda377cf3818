import { access } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { FileSource } from '../../../engine/io/file-source.ts';
import { ownFolder } from '../../../engine/io/own-folder.ts';
import { graphTensors, readGraph } from '../../../engine/onnx/index.ts';
import { flatten } from '../../models/flatten.ts';
import type { ModelInputs } from '../../inference/inputs.ts';
import { findLayers, type Layer } from '../layers/layers.ts';
import { countLookups, type Lookup } from './lookups.ts';
import { sumLayers } from './sum-layers.ts';
import { countsIn, type SampleCounts } from './sums.ts';

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
export interface CalibratedLayer extends Layer, SampleCounts {
  /** A file in the folder, as {@link Sums} writes it. */
  readonly sums: string;
  /** Whether the sums are of inputs that moved, and tell by how much. */
  readonly isMoved?: boolean;
}

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
  missing.sort((one, other) => one.order - other.order);
  await sumLayers(request, [captured], missing, ({ key }) => join(request.folder, path(key)), onProgress);
  const calibrated: CalibratedLayer[] = [];
  for (const layer of layers) {
    await using summed = await FileSource.open(join(request.folder, path(layer.key)));
    const counts = await countsIn(summed);
    if (counts.samples > 0) calibrated.push({ ...layer, ...counts, sums: path(layer.key) });
  }
  return {
    layers: calibrated,
    lookups: await countLookups(request, captured),
    reached: graphTensors(captured.model.graph).map(({ name }) => name),
    inputs: request.task ? 'task' : 'pseudo',
  };
}
