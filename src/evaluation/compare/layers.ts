import type { LayerError, LayerReport } from '../figures.ts';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { toErrorData, UsageError } from '../../engine/errors.ts';
import { FileSource } from '../../engine/io/file-source.ts';
import { ownFolder } from '../../engine/io/own-folder.ts';
import { reachableNodes, readGraph, type OnnxModel, type Reachable } from '../../engine/onnx/index.ts';
import { openInputs, type ModelInputs } from '../inference/inputs.ts';
import { Runner, runsOf } from '../inference/runs.ts';
import { loadModel } from '../inference/session.ts';
import { flatten } from '../models/flatten.ts';
import { writeWithOutputs } from '../models/with-outputs.ts';
import { countOfLayers, isLayer, notesOnNested } from './nested.ts';
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
  const made = new Set(reachableNodes(twinGraph).map(({ output }) => output));
  const wanted = reachableNodes(graph).filter(({ node }) => isLayer(node));
  const shared = wanted.filter(({ output }) => made.has(output));
  const notes = [...notesOnNested(await graphOf(original), graph)];
  if (shared.length === 0)
    throw new UsageError(
      wanted.length === 0
        ? [`"${basename(original)}" has no layers with weights that could be compared.`, ...notes].join(' ')
        : `The candidate has none of the ${wanted.length} layers of "${basename(original)}" under the same name.`,
    );
  const layers: LayerError[] = [];
  let [items, done] = [0, 0];
  const paths = [join(folder, 'original', 'model.onnx'), join(folder, 'candidate', 'model.onnx')] as const;
  for (const group of groupsOf(shared)) {
    const names = group.map(({ output }) => output);
    await writeWithOutputs(source, graph, names, paths[0]);
    await writeWithOutputs(twinSource, twinGraph, names, paths[1]);
    const found = await compareGroup(request, paths, names).catch((error: unknown) => {
      // The steps of a loop may give values of different shapes, which no runtime puts into one.
      if (!group.every(({ isRepeated }) => isRepeated)) throw error;
      notes.push(`${countOfLayers(group.length)} in loops could not be compared: ${toErrorData(error).message}`);
      return undefined;
    });
    items = found?.items ?? items;
    for (const [place, { node, output }] of group.entries())
      if (found)
        layers.push({ operator: node.operator, node: node.name, name: output, ...figures(found.comparisons[place]) });
    done += group.length;
    onProgress(done, shared.length);
  }
  return { items, layers, missing: wanted.length - shared.length, notes };
}

/** A few layers at a time, and those in loops apart from the others. */
function* groupsOf(layers: readonly Reachable[]): Generator<readonly Reachable[]> {
  for (const each of [layers.filter(({ isRepeated }) => !isRepeated), layers.filter(({ isRepeated }) => isRepeated)])
    for (let first = 0; first < each.length; first += layersAtOnce) yield each.slice(first, first + layersAtOnce);
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
  const report = comparison?.report(0);
  // Nothing was compared where the shapes differ.
  if (!report || report.elements === 0) return { relativeL2: null, cosine: null, maxAbs: null };
  const { relativeL2, cosine, maxAbs } = report;
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
