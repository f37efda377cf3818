import { join } from 'node:path';
import { FileSource } from '../../engine/io/file-source.ts';
import {
  given,
  readGraph,
  replace,
  type Content,
  type Edit,
  type OnnxNode,
  type Place,
} from '../../engine/onnx/index.ts';
import { nodeField } from '../../engine/onnx/messages.ts';
import { Runner, runsOf } from '../inference/runs.ts';
import { loadModel } from '../inference/session.ts';
import { writeEdited, writeWithOutputs } from '../models/with-outputs.ts';
import { openInputs, type JointInputs } from './inputs.ts';

/** Branches within branches. */
const mostDepth = 8;

/**
 * A copy of a model in whose place of every If of the main graph stands the branch that its first input takes, so that the
 * values in it can be looked at; the model itself where there is none. The path of it.
 */
export async function flatten(request: JointInputs & { readonly model: string }, folder: string): Promise<string> {
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
    const edits = choices.flatMap((node, place): Edit[] => {
      const value = taken.get(conditions[place] ?? '');
      return value === undefined ? [] : [branchFor(node, value, source)];
    });
    if (edits.length === 0) return path;
    path = join(folder, `flat-${depth}.onnx`);
    await writeEdited(source, model, edits, path);
  }
  return path;
}

/** Whether each output of one element is true for the first input. */
async function firstOutputs(request: JointInputs, path: string): Promise<ReadonlyMap<string, boolean>> {
  await using model = await loadModel(path, request.threads);
  await using dataset = await openInputs({ ...request, items: 1, frames: 1 }, model.inputs);
  const runner = new Runner(model, dataset.task.state);
  for await (const run of runsOf(dataset, { ...dataset.task, batch: 1 }, [0], 1)) {
    const outputs = await runner.run(run);
    return new Map(
      [...outputs].flatMap(([name, { data }]) => (data.length === 1 ? [[name, Boolean(data[0])] as const] : [])),
    );
  }
  return new Map();
}

/** Nodes and tensors of a branch are fields of a graph with the same numbers as those of the graph around it. */
function branchFor(node: OnnxNode, isTrue: boolean, source: FileSource): Edit {
  const graph = node.attributes.get(isTrue ? 'then_branch' : 'else_branch')?.graphs[0];
  const parts = graph ? [...graph.initializers, ...graph.nodes] : [];
  const ends = node.outputs.map((output, place) =>
    given(nodeField({ operator: 'Identity', inputs: [graph?.outputs[place]?.name ?? ''], outputs: [output] })),
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
