import { join } from 'node:path';
import { FileSource } from '../../engine/io/file-source.ts';
import {
  given,
  readGraph,
  replace,
  type Content,
  type Edit,
  type OnnxGraph,
  type OnnxNode,
  type Place,
} from '../../engine/onnx/index.ts';
import { nodeField } from '../../engine/onnx/messages.ts';
import { Runner, runsOf } from '../inference/runs.ts';
import { loadModel } from '../inference/session.ts';
import { writeEdited, writeWithOutputs } from './with-outputs.ts';
import { openInputs, type ModelInputs } from '../inference/inputs.ts';

/** Branches within branches. */
const mostDepth = 8;

/**
 * A copy of a model in whose place of every If of the main graph stands the branch that its first input takes, so that the
 * values in it can be looked at; the model itself where there is none. The path of it.
 */
export async function flatten(request: ModelInputs & { readonly model: string }, folder: string): Promise<string> {
  let path = request.model;
  for (let depth = 0; depth < mostDepth; depth++) {
    await using source = await FileSource.open(path);
    const model = await readGraph(source);
    const choices = model.graph.nodes.filter(({ operator, domain }) => operator === 'If' && domain === '');
    const conditions = choices.map(({ inputs }) => inputs[0] ?? '');
    if (choices.length === 0) return path;
    const asking = join(folder, `conditions-${depth}.onnx`);
    await writeWithOutputs(source, model, conditions, asking);
    const taken = await firstOutputs(request, asking);
    const names = namesOf(model.graph);
    const edits = choices.flatMap((node, place): Edit[] => {
      const value = taken.get(conditions[place] ?? '');
      const branch = value === undefined ? undefined : branchOf(node, value);
      // Branches may use a name that another one uses; in one graph there can be only one such.
      if (branch === undefined || [...namesOf(branch)].some((name) => names.has(name))) return [];
      for (const name of namesOf(branch)) names.add(name);
      return [inlined(node, branch, source)];
    });
    if (edits.length === 0) return path;
    path = join(folder, `flat-${depth}.onnx`);
    await writeEdited(source, model, edits, path);
  }
  return path;
}

/** Whether each input and output of one element is true for the first item. */
async function firstOutputs(request: ModelInputs, path: string): Promise<ReadonlyMap<string, boolean>> {
  await using model = await loadModel(path, request.threads);
  await using dataset = await openInputs({ ...request, items: 1, frames: 1 }, model);
  const runner = new Runner(model, dataset.task.state);
  for await (const run of runsOf(dataset, { ...dataset.task, batch: 1 }, [0], 1)) {
    const outputs = await runner.run(run);
    return new Map(
      [...runner.fed, ...outputs].flatMap(([name, { data }]) =>
        data.length === 1 ? [[name, Boolean(data[0])] as const] : [],
      ),
    );
  }
  return new Map();
}

function branchOf(node: OnnxNode, isTrue: boolean): OnnxGraph | undefined {
  return node.attributes.get(isTrue ? 'then_branch' : 'else_branch')?.graphs[0];
}

/** What a graph itself gives names to. */
function namesOf({ nodes, initializers }: OnnxGraph): Set<string> {
  return new Set([...nodes.flatMap(({ outputs }) => outputs), ...initializers.map(({ name }) => name)].filter(Boolean));
}

/** Nodes and tensors of a branch are fields of a graph with the same numbers as those of the graph around it. */
function inlined(node: OnnxNode, { initializers, nodes, outputs }: OnnxGraph, source: FileSource): Edit {
  const parts = [...initializers, ...nodes];
  const ends = node.outputs.map((output, place) =>
    given(nodeField({ operator: 'Identity', inputs: [outputs[place]?.name ?? ''], outputs: [output] })),
  );
  return replace(node, ...parts.map((part) => copyOf(part, source)), ...ends);
}

function copyOf({ span }: Place, source: FileSource): Content {
  return {
    length: span.end - span.head,
    async *chunks() {
      const bytes = new Uint8Array(span.end - span.head);
      await source.read(span.head, bytes);
      yield bytes;
    },
  };
}
