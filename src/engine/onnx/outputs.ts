import { append, given, type Edit } from './edit.ts';
import { opsetVersion, type OnnxGraph, type OnnxModel, type OnnxNode } from './graph.ts';
import { bytesField, nodeField, valueField } from './messages.ts';

/** A node whose values a model can be made to give, and as what: in loops, of all their steps. */
export interface Reachable {
  readonly node: OnnxNode;
  /** Its first value, as the output is called. */
  readonly output: string;
  readonly isRepeated: boolean;
}

const steps = '/steps';
/** From this version on, Scan has the form that is known here. */
const scanVersion = 9;

/**
 * Edits that make values outputs of the model, so that a runtime returns them. Their types are left to the runtime. Names are
 * those of {@link reachableNodes}; others, and outputs that there are already, are passed over.
 */
export function addOutputs(model: OnnxModel, names: readonly string[]): readonly Edit[] {
  const { graph } = model;
  const present = new Set(graph.outputs.map(({ name }) => name));
  const made = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  const wanted = new Set(names.filter((name) => name !== ''));
  const added = [...wanted].filter((name) => made.has(name) && !present.has(name));
  const repeated = loopsOf(model).flatMap((loop) => editsIn(loop, wanted));
  return [
    ...repeated.flatMap(({ edits }) => edits),
    ...[...added, ...repeated.flatMap(({ outer }) => outer)].map((name) => append(graph, given(valueField(12, name)))),
  ];
}

/** The nodes of the main graph, and those in loops in it that are not in branches, unless another one's value is called the same. */
export function reachableNodes(model: OnnxModel): readonly Reachable[] {
  const main = model.graph.nodes.map((node) => ({ node, output: node.outputs[0] ?? '', isRepeated: false }));
  const taken = new Set(model.graph.nodes.flatMap(({ outputs }) => outputs));
  const repeated = loopsOf(model).flatMap(nodesIn);
  return [...main, ...repeated.filter(({ output }) => !taken.has(output) && taken.add(output))];
}

interface Loop {
  readonly node: OnnxNode;
  readonly body: OnnxGraph;
  /** Outputs of the body that the node does not have. */
  readonly own: number;
  readonly inner: readonly Loop[];
}

function loopsOf(model: OnnxModel, { nodes }: OnnxGraph = model.graph): readonly Loop[] {
  return nodes.flatMap((node): readonly Loop[] => {
    const isLoop = node.operator === 'Loop';
    // With axes or directions for each of its outputs a Scan cannot have more.
    const isScan = node.operator === 'Scan' && opsetVersion(model) >= scanVersion && !hasScanOutputs(node);
    const body = node.domain === '' && (isLoop || isScan) ? node.attributes.get('body')?.graphs[0] : undefined;
    return body === undefined ? [] : [{ node, body, own: isLoop ? 1 : 0, inner: loopsOf(model, body) }];
  });
}

function hasScanOutputs({ attributes }: OnnxNode): boolean {
  return attributes.has('scan_output_axes') || attributes.has('scan_output_directions');
}

function nodesIn({ body, inner }: Loop): readonly Reachable[] {
  return [
    ...body.nodes.map((node) => ({ node, output: allSteps(node.outputs[0] ?? ''), isRepeated: true })),
    ...inner.flatMap(nodesIn).map((node) => ({ ...node, output: allSteps(node.output) })),
  ];
}

/** What a value of a body is called outside, where no name of the body may be used. */
function allSteps(name: string): string {
  return name + steps;
}

/** Edits of one loop, and the names under which it gives the values that are wanted. */
function editsIn(
  { node, body, own, inner }: Loop,
  wanted: ReadonlySet<string>,
): { edits: readonly Edit[]; outer: readonly string[] } {
  const unwrapped = new Set(
    [...wanted].filter((name) => name.endsWith(steps)).map((name) => name.slice(0, -steps.length)),
  );
  const nested = inner.map((loop) => editsIn(loop, unwrapped));
  const made = new Set(body.nodes.flatMap(({ outputs }) => outputs));
  const names = [...[...unwrapped].filter((name) => made.has(name)), ...nested.flatMap(({ outer }) => outer)];
  if (names.length === 0) return { edits: [], outer: [] };
  const edits = names.flatMap((name): Edit[] => {
    // Under a name of its own, since the value may be an output of the body already.
    const step = `${name}/step`;
    const copy = given(nodeField({ operator: 'Identity', inputs: [name], outputs: [step] }));
    return [append(body, copy, given(valueField(12, step)))];
  });
  const unused = Array.from({ length: Math.max(0, body.outputs.length - own - node.outputs.length) }, () => '');
  const outer = names.map(allSteps);
  const more = append(node, ...[...unused, ...outer].map((name) => given(bytesField(2, name))));
  return { edits: [...nested.flatMap((each) => each.edits), ...edits, more], outer };
}
