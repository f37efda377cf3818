import { access, mkdtemp, open, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { allocateFloat32, feedbackKernel, samplesAtOnce } from '../../engine/feedback/index.ts';
import { FileSource } from '../../engine/io/file-source.ts';
import { Workspace } from '../../engine/kernels/workspace.ts';
import { graphTensors, readGraph, type OnnxModel } from '../../engine/onnx/index.ts';
import { Runner, runsOf } from '../inference/runs.ts';
import { loadModel } from '../inference/session.ts';
import { writeWithOutputs } from '../models/with-outputs.ts';
import { eachSample } from './columns.ts';
import { openInputs, type JointInputs } from './inputs.ts';
import { flatten } from './flatten.ts';
import { findLayers, type Layer } from './layers.ts';

/** What is to be calibrated; plain data. */
export interface CalibrateRequest extends JointInputs {
  /** An ONNX file. */
  readonly model: string;
  /** Where sums stay from one run to the next. */
  readonly folder: string;
}

export interface Calibration {
  readonly layers: readonly CalibratedLayer[];
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

/** Inputs beyond this are taken as independent of those of other blocks. */
export const mostTogether = 4096;
/** Values that are captured in one pass. */
const capturesAtOnce = 24;

/** The runs of inputs of a layer that are looked at together, group by group. */
export function blocksOf({ columns, groups }: Pick<Layer, 'columns' | 'groups'>): readonly {
  readonly group: number;
  readonly first: number;
  readonly size: number;
}[] {
  const parts = Math.ceil(columns / mostTogether);
  const each = Math.ceil(columns / parts);
  return Array.from({ length: groups * parts }, (_, block) => {
    const first = (block % parts) * each;
    return { group: Math.floor(block / parts), first, size: Math.min(each, columns - first) };
  });
}

/** The length of a row of a block's sums. */
export const strideOf = (size: number): number => (size + 3) & ~3;

/**
 * Runs the model on its inputs and sums the products of what each layer is given, a few layers at a time; what is in the
 * folder already is not done again. Memory holds the captured values of one run and the sums of some layers.
 */
export async function calibrate(
  request: CalibrateRequest,
  onProgress: (done: number, total: number) => void,
): Promise<Calibration> {
  const place = await mkdtemp(join(tmpdir(), 'featherweight-calibrate-'));
  try {
    const flat = await flatten(request, place);
    await using source = await FileSource.open(flat);
    const model = await readGraph(source);
    const layers = findLayers(model);
    const byKey = Map.groupBy(layers, ({ key }) => key);
    const path = (key: string): string => `${createHash('sha256').update(key).digest('hex').slice(0, 24)}.sums`;
    const missing: Layer[] = [];
    for (const [key, [layer]] of byKey) {
      const isThere = await access(join(request.folder, path(key))).then(
        () => true,
        () => false,
      );
      if (layer && !isThere) missing.push(layer);
    }
    let done = 0;
    for (const group of groupsOf(missing)) {
      await captureGroup(request, { source, model, place }, group, (key) => join(request.folder, path(key)));
      onProgress((done += group.length), missing.length);
    }
    const calibrated: CalibratedLayer[] = [];
    for (const layer of layers) {
      const samples = await samplesIn(join(request.folder, path(layer.key)));
      if (samples > 0) calibrated.push({ ...layer, sums: path(layer.key), samples });
    }
    const reached = graphTensors(model.graph).map(({ name }) => name);
    return { layers: calibrated, reached, inputs: request.task ? 'task' : 'pseudo' };
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

/** Sums that are held at once, in bytes. */
const mostSumBytes = 512 * 2 ** 20;

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

function sumBytes(layer: Layer): number {
  return blocksOf(layer).reduce((sum, { size }) => sum + 4 * strideOf(size) ** 2, 0);
}

async function captureGroup(
  request: CalibrateRequest,
  { source, model, place }: { readonly source: FileSource; readonly model: OnnxModel; readonly place: string },
  layers: readonly Layer[],
  pathOf: (key: string) => string,
): Promise<void> {
  const captured = join(place, 'captured.onnx');
  await writeWithOutputs(
    source,
    model,
    layers.map(({ input }) => input),
    captured,
  );
  await using loaded = await loadModel(captured, request.threads);
  await using dataset = await openInputs(request, loaded.inputs);
  const { task } = dataset;
  const runner = new Runner(loaded, task.state);
  const sums = layers.map((layer) => new Sums(layer));
  const runs = dataset.runs;
  for await (const run of runsOf(dataset, task, dataset.places, request.frames)) {
    const outputs = await runner.run(run);
    for (const each of sums) {
      const value = outputs.get(each.layer.input) ?? runner.fed.get(each.layer.input);
      if (value) each.add(value, runs);
    }
  }
  for (const each of sums) await each.write(pathOf(each.layer.key));
}

/** Sums of products of one layer's inputs. */
class Sums {
  readonly layer: Layer;
  readonly #workspace: Workspace;
  readonly #blocks: readonly {
    readonly group: number;
    readonly first: number;
    readonly size: number;
    readonly waiting: Float32Array;
    readonly sums: Float32Array;
  }[];
  #waiting = 0;
  #samples = 0;

  constructor(layer: Layer) {
    this.layer = layer;
    const blocks = blocksOf(layer);
    const bytes = blocks.reduce(
      (all, { size }) => all + 4 * strideOf(size) * (strideOf(size) + samplesAtOnce) + 512,
      0,
    );
    this.#workspace = new Workspace(bytes);
    this.#blocks = blocks.map((block) => ({
      ...block,
      waiting: allocateFloat32(strideOf(block.size) * samplesAtOnce, this.#workspace),
      sums: allocateFloat32(strideOf(block.size) ** 2, this.#workspace),
    }));
  }

  /** Adds what one of some `runs` gave. */
  add(value: Parameters<typeof eachSample>[1], runs: number): void {
    // Three samples for each input tell enough; a layer that is the same at many places gives far more.
    const most = Math.ceil(Math.max(4096, Math.min(16_384, 3 * this.layer.columns)) / Math.max(1, runs));
    eachSample(this.layer, value, most, (sample) => {
      for (const { group, first, size, waiting } of this.#blocks) {
        const start = this.#waiting * strideOf(size);
        for (let column = 0; column < size; column++) waiting[start + column] = sample(group, first + column);
      }
      this.#samples++;
      if (++this.#waiting === samplesAtOnce) this.#flush();
    });
  }

  #flush(): void {
    const kernel = feedbackKernel(this.#workspace);
    for (const { size, waiting, sums } of this.#blocks) {
      kernel.accumulate(waiting, samplesAtOnce, strideOf(size), sums);
      waiting.fill(0);
    }
    this.#waiting = 0;
  }

  /** The number of samples, then the sums; under its name only when it is complete. */
  async write(path: string): Promise<void> {
    this.#flush();
    const handle = await open(`${path}.partial`, 'w');
    try {
      await handle.writeFile(new Uint8Array(Float64Array.of(this.#samples).buffer));
      for (const { sums } of this.#blocks) {
        const bytes = new Uint8Array(sums.buffer, sums.byteOffset, sums.byteLength);
        for (let at = 0; at < bytes.length; at += 2 ** 22) await handle.writeFile(bytes.slice(at, at + 2 ** 22));
      }
    } finally {
      await handle.close();
    }
    await rename(`${path}.partial`, path);
  }
}

/** Bytes before the sums in a file of them. */
export const sumsHeaderBytes = 8;

async function samplesIn(path: string): Promise<number> {
  await using source = await FileSource.open(path);
  const count = new Float64Array(1);
  await source.read(0, new Uint8Array(count.buffer));
  return count[0] ?? 0;
}
