import type { LayerError, LayerReport } from '../figures.ts';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { UsageError } from '../../engine/errors.ts';
import { FileSource } from '../../engine/io/file-source.ts';
import { ownFolder } from '../../engine/io/own-folder.ts';
import { readGraph, type OnnxModel } from '../../engine/onnx/index.ts';
import { openInputs, type ModelInputs } from '../inference/inputs.ts';
import { Runner, runsOf } from '../inference/runs.ts';
import { loadModel } from '../inference/session.ts';
import { flatten } from '../models/flatten.ts';
import { writeWithOutputs } from '../models/with-outputs.ts';
import { isLayer, notesOnNested } from './nested.ts';
import { OutputComparison } from './outputs.ts';

/** Which models, on what. */
export interface LayerRequest extends ModelInputs {
  readonly original: string;
  readonly candidate: string;
}

/** Layers whose outputs are held in memory at once. */
const layersAtOnce = 12;

/**
 * Compares what the layers with weights give, a few layers at a time: copies of both models get these values as outputs.
 * Throws UNSUPPORTED when a model cannot run, USAGE when nothing can be compared.
 */
export async function compareLayers(
  request: LayerRequest,
  onProgress: (done: number, total: number) => void,
): Promise<LayerReport> {
  const { original } = request;
  await using owner = new AsyncDisposableStack();
  const folder = await ownFolder(tmpdir(), 'featherweight-layers', owner);
  await using source = await flattened(request, original, join(folder, 'original'));
  await using twinSource = await flattened(request, request.candidate, join(folder, 'candidate'));
  const [graph, twinGraph] = [await readGraph(source), await readGraph(twinSource)];
  const made = new Set(twinGraph.graph.nodes.flatMap(({ outputs }) => outputs));
  const wanted = graph.graph.nodes
    .filter(isLayer)
    .map(({ operator, name, outputs }) => ({ operator, node: name, name: outputs[0] ?? '' }));
  const shared = wanted.filter(({ name }) => made.has(name));
  const notes = notesOnNested(await graphOf(original), graph.graph);
  if (shared.length === 0)
    throw new UsageError(
      wanted.length === 0
        ? [`"${basename(original)}" has no layers with weights that could be compared.`, ...notes].join(' ')
        : `The candidate has none of the ${wanted.length} layers of "${basename(original)}" under the same name.`,
    );
  const layers: LayerError[] = [];
  let items = 0;
  const paths = [join(folder, 'original', 'model.onnx'), join(folder, 'candidate', 'model.onnx')] as const;
  for (let first = 0; first < shared.length; first += layersAtOnce) {
    const group = shared.slice(first, first + layersAtOnce);
    const names = group.map(({ name }) => name);
    await writeWithOutputs(source, graph, names, paths[0]);
    await writeWithOutputs(twinSource, twinGraph, names, paths[1]);
    const { comparisons, items: compared } = await compareGroup(request, paths, names);
    items = compared;
    layers.push(...group.map((layer, place) => ({ ...layer, ...figures(comparisons[place]) })));
    onProgress(Math.min(shared.length, first + layersAtOnce), shared.length);
  }
  return { items, layers, missing: wanted.length - shared.length, notes };
}

/** A model with the branches it takes in its main graph; in a folder of its own, since files of weights may have the same name. */
async function flattened(request: ModelInputs, model: string, folder: string): Promise<FileSource> {
  await mkdir(folder);
  return await FileSource.open(await flatten({ ...request, model }, folder));
}

async function graphOf(path: string): Promise<OnnxModel> {
  await using source = await FileSource.open(path);
  return await readGraph(source);
}

function figures(comparison: OutputComparison | undefined): Pick<LayerError, 'relativeL2' | 'cosine' | 'maxAbs'> {
  const { relativeL2, cosine, maxAbs } = comparison?.report(0) ?? { relativeL2: null, cosine: null, maxAbs: null };
  return { relativeL2, cosine, maxAbs };
}

async function compareGroup(
  request: LayerRequest,
  [originalPath, candidatePath]: readonly [string, string],
  names: readonly string[],
): Promise<{ readonly comparisons: readonly OutputComparison[]; readonly items: number }> {
  const { threads, frames } = request;
  await using original = await loadModel(originalPath, threads);
  await using candidate = await loadModel(candidatePath, threads);
  await using dataset = await openInputs(request, original);
  const { task, places } = dataset;
  const [runner, twin] = [new Runner(original, task.state), new Runner(candidate, task.state)];
  const comparisons = names.map((name) => new OutputComparison(name, false));
  for await (const run of runsOf(dataset, { ...task, batch: 1 }, places, frames)) {
    const [before, after] = [await runner.run(run), await twin.run(run)];
    for (const [place, name] of names.entries()) {
      const [one, other] = [before.get(name), after.get(name)];
      if (one !== undefined && other !== undefined) comparisons[place]?.add(one, other, 0);
    }
  }
  return { comparisons, items: places.length };
}
