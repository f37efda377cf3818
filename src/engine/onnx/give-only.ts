import { append, given, replace, type Edit } from './edit.ts';
import type { OnnxGraph, OnnxModel, OnnxNode } from './graph.ts';
import { valueField } from './messages.ts';

/**
 * Edits that leave of the main graph what it takes to compute these values of it, and make them its outputs; nodes, outputs and
 * initializers that serve nothing else go. Inputs stay. `undefined` where one of the values is neither made in the main graph nor an
 * input of it, or where none would be computed.
 */
export function giveOnly({ graph }: OnnxModel, names: readonly string[]): readonly Edit[] | undefined {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  const wanted = new Set(names);
  const made = [...wanted].filter((name) => makers.has(name));
  if ([...wanted].some((name) => !makers.has(name) && !inputs.has(name))) return undefined;
  const [someInput] = wanted;
  // A graph must give something: what stands behind an input costs least.
  const least = graph.nodes.find((node) => node.inputs.includes(someInput ?? ''))?.outputs[0];
  const results = made.length > 0 ? made : least === undefined ? [] : [least];
  if (results.length === 0) return undefined;
  const used = new Set(results);
  const nodes = new Set<OnnxNode>();
  const waiting = results.slice();
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const maker = makers.get(name);
    if (!maker || nodes.has(maker)) continue;
    nodes.add(maker);
    for (const input of inputsOf(maker)) {
      used.add(input);
      waiting.push(input);
    }
  }
  return [
    ...graph.nodes.filter((node) => !nodes.has(node)).map((node) => replace(node)),
    ...graph.initializers.filter(({ name }) => !used.has(name) && !inputs.has(name)).map((tensor) => replace(tensor)),
    ...graph.outputs.filter(({ name }) => !results.includes(name)).map((output) => replace(output)),
    ...outputsOf(graph, results),
  ];
}

/** All that a node takes, also what branches and bodies in it take from around them. */
function inputsOf({ inputs, attributes }: OnnxNode): readonly string[] {
  const inner = [...attributes.values()].flatMap(({ graphs }) =>
    graphs.flatMap(({ nodes, outputs }) => [...nodes.flatMap(inputsOf), ...outputs.map(({ name }) => name)]),
  );
  return [...inputs, ...inner];
}

function outputsOf(graph: OnnxGraph, names: readonly string[]): readonly Edit[] {
  const present = new Set(graph.outputs.map(({ name }) => name));
  return names.filter((name) => !present.has(name)).map((name) => append(graph, given(valueField(12, name))));
}
