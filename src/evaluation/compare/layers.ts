import type { LayerError, LayerReport } from '../figures.ts';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../../engine/errors.ts';
import { FileSource } from '../../engine/io/file-source.ts';
import { readGraph } from '../../engine/onnx/index.ts';
import { loadModel } from '../inference/session.ts';
import { writeWithOutputs } from '../models/with-outputs.ts';
import { Runner, runsOf } from '../inference/runs.ts';
import { openDataset } from '../inputs/dataset.ts';
import { pseudoDataset } from '../inputs/pseudo.ts';
import type { Task } from '../task/schema.ts';
import { OutputComparison } from './outputs.ts';

/** Which models, on what. */
export interface LayerRequest {
  readonly task?: { readonly task: Task; readonly folder: string };
  readonly original: string;
  readonly candidate: string;
  /** Items that layers are compared on. */
  readonly items: number;
  readonly seed: number;
  readonly threads: number;
}

/** Layers whose outputs are held in memory at once. */
const layersAtOnce = 12;
/** Of a clip only the beginning. */
const mostFrames = 32;
const weightedOperators =
  /^(Conv|ConvTranspose|MatMul|Gemm|LSTM|GRU|RNN|Attention|MultiHeadAttention|GatherBlockQuantized|MatMulNBits|MatMulInteger|ConvInteger|QLinearConv|QLinearMatMul|Fused\w*)$/;

/**
 * Compares what the layers with weights give, a few layers at a time: copies of both models get these values as outputs.
 * Throws UNSUPPORTED when a model cannot run, USAGE when nothing can be compared.
 */
export async function compareLayers(
  request: LayerRequest,
  onProgress: (done: number, total: number) => void,
): Promise<LayerReport> {
  const { original, candidate } = request;
  await using source = await FileSource.open(original);
  await using twinSource = await FileSource.open(candidate);
  const [graph, twinGraph] = [await readGraph(source), await readGraph(twinSource)];
  const made = new Set(twinGraph.graph.nodes.flatMap(({ outputs }) => outputs));
  const wanted = graph.graph.nodes.flatMap(({ operator, name, outputs }) =>
    weightedOperators.test(operator) && outputs[0] ? [{ operator, node: name, name: outputs[0] }] : [],
  );
  const shared = wanted.filter(({ name }) => made.has(name));
  const inner = graph.graphs.filter((each) => each !== graph.graph).flatMap(({ nodes }) => nodes);
  const nested = inner.filter(({ operator }) => weightedOperators.test(operator)).length;
  if (shared.length === 0)
    throw new UsageError(
      wanted.length === 0
        ? `"${basename(original)}" has no layers with weights in its main graph, so none can be compared${nested > 0 ? `; ${nested} are in branches or loops, whose values a runtime does not give out` : ''}.`
        : `The candidate has none of the ${wanted.length} layers of "${basename(original)}" under the same name.`,
    );
  const folder = await mkdtemp(join(tmpdir(), 'featherweight-layers-'));
  try {
    const layers: LayerError[] = [];
    let items = 0;
    // In folders of their own, since files of weights may have the same name.
    const paths = [join(folder, 'original', 'model.onnx'), join(folder, 'candidate', 'model.onnx')] as const;
    for (const path of paths) await mkdir(dirname(path));
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
    return { items, layers, missing: wanted.length - shared.length, nested };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function figures(comparison: OutputComparison | undefined): Pick<LayerError, 'relativeL2' | 'cosine' | 'maxAbs'> {
  const { relativeL2, cosine, maxAbs } = comparison?.report(0) ?? { relativeL2: null, cosine: null, maxAbs: null };
  return { relativeL2, cosine, maxAbs };
}

async function compareGroup(
  { task: given, items: most, seed, threads }: LayerRequest,
  [originalPath, candidatePath]: readonly [string, string],
  names: readonly string[],
): Promise<{ readonly comparisons: readonly OutputComparison[]; readonly items: number }> {
  await using original = await loadModel(originalPath, threads);
  await using candidate = await loadModel(candidatePath, threads);
  await using dataset =
    given === undefined ? pseudoDataset(original.inputs, most, seed) : await openDataset(given.task, given.folder);
  const task = given?.task ?? { batch: 1, state: [], block: 1 };
  const [runner, twin] = [new Runner(original, task.state), new Runner(candidate, task.state)];
  const comparisons = names.map((name) => new OutputComparison(name, false));
  const items = Math.min(most, dataset.count);
  const places = Array.from({ length: items }, (_, place) => place);
  for await (const run of runsOf(dataset, { ...task, batch: 1 }, places, mostFrames)) {
    const [before, after] = [await runner.run(run), await twin.run(run)];
    for (const [place, name] of names.entries()) {
      const [one, other] = [before.get(name), after.get(name)];
      if (one !== undefined && other !== undefined) comparisons[place]?.add(one, other, 0);
    }
  }
  return { comparisons, items };
}
