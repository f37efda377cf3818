import type { ByteSource } from '../../io/source.ts';
import { append, replace, type Edit, type OnnxGraph, type OnnxTensor } from '../../onnx/index.ts';
import { encodeFloats } from '../../tensor/floats.ts';
import type { Loss } from '../loss.ts';
import { rebuilt } from '../onnx/rebuild.ts';
import { constantNode, exchanged } from '../onnx/rewrite.ts';
import type { TensorStore } from '../onnx/store.ts';
import { foldedWeights, outputOf, type Folding } from './folding.ts';
import type { Wiring } from './wiring.ts';

const float32 = 1;

/** What rewriting a layer needs besides the layer. */
export interface Rewriting {
  readonly source: ByteSource;
  readonly store: TensorStore;
  readonly newName: (wanted: string) => string;
  readonly wiring: Wiring;
  readonly signal: AbortSignal;
}

/** Edits that give a layer its new weights and bias, and let it make what its normalization made, which is taken away. */
export function foldingEdits(
  folding: Folding,
  loss: Loss,
  { source, store, newName, wiring, signal }: Rewriting,
): readonly Edit[] {
  const { layer, normalization, bias } = folding;
  const { node, graph, tensor, weights } = layer;
  const content = { length: 4 * weights.count, chunks: () => foldedWeights(folding, loss, signal) };
  const head = { name: tensor.name, type: float32, shape: tensor.shape };
  const edits = [...exchanged(graph, tensor, store.add(head, content))];
  const oldName = node.inputs[2] ?? '';
  let name = oldName;
  if (bias) {
    const own = layer.bias && wiring.reads(oldName) === 1 ? layer.bias.tensor : undefined;
    name = own?.name ?? newName(`${outputOf(folding)}_bias`);
    const numbers = encodeFloats('F32', Float32Array.from(bias));
    const made = store.addSmall({ name, type: float32, shape: own?.shape ?? [bias.length] }, numbers);
    edits.push(...(own ? exchanged(graph, own, made) : [append(graph, ...made)]));
  }
  if (normalization) {
    edits.push(replace(normalization.node));
    edits.push(...graph.values.filter((value) => value.name === node.outputs[0]).map((value) => replace(value)));
  }
  if (normalization || name !== oldName) {
    const inputs = [...node.inputs.slice(0, 2), ...(name === '' ? [] : [name])];
    edits.push(replace(node, ...rebuilt(node, { inputs, outputs: [outputOf(folding)] }, source)));
  }
  return edits;
}

/** Takes a constant away. */
export function removed(graph: OnnxGraph, tensor: OnnxTensor): readonly Edit[] {
  const declared = graph.inputs.filter(({ name }) => name === tensor.name).map((input) => replace(input));
  return [replace(constantNode(tensor) ?? tensor), ...declared];
}

/** Tensors that are written anew. */
export function rewrittenTensors(changed: readonly Folding[], wiring: Wiring): readonly OnnxTensor[] {
  return changed.flatMap(({ layer: { tensor, bias } }) =>
    bias && wiring.reads(bias.tensor.name) === 1 ? [tensor, bias.tensor] : [tensor],
  );
}

/** Numbers of normalizations that nothing reads any more. */
export function unreadParameters(
  changed: readonly Folding[],
  wiring: Wiring,
): readonly { readonly graph: OnnxGraph; readonly tensor: OnnxTensor }[] {
  const readers = new Map<OnnxTensor, { graph: OnnxGraph; count: number }>();
  for (const { layer, normalization } of changed)
    for (const tensor of normalization?.parameters ?? [])
      readers.set(tensor, { graph: layer.graph, count: (readers.get(tensor)?.count ?? 0) + 1 });
  return [...readers].flatMap(([tensor, { graph, count }]) =>
    wiring.reads(tensor.name) === count ? [{ graph, tensor }] : [],
  );
}
