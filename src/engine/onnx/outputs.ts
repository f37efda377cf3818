import { append, given, type Edit } from './edit.ts';
import type { OnnxModel } from './graph.ts';
import { valueField } from './messages.ts';

/**
 * Edits that make values of the main graph outputs of the model, so that a runtime returns them. Their types are left to
 * the runtime. Values that are outputs already, or that the main graph does not make, are passed over.
 */
export function addOutputs({ graph }: OnnxModel, names: readonly string[]): readonly Edit[] {
  const present = new Set(graph.outputs.map(({ name }) => name));
  const made = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  const wanted = [...new Set(names)].filter((name) => name !== '' && made.has(name) && !present.has(name));
  return wanted.map((name) => append(graph, given(valueField(12, name))));
}
