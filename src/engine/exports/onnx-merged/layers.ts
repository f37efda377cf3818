import { weightUses, type OnnxGraph, type OnnxModel, type OnnxNode, type OnnxTensor } from '../../onnx/index.ts';
import type { WeightUse } from '../../onnx/weight-uses.ts';
import type { FloatTensor } from '../float-tensor.ts';
import type { Wiring } from './wiring.ts';

/** A Conv, ConvTranspose or Gemm with constant weights, and bias if any, in single precision. */
export interface Layer {
  readonly node: OnnxNode;
  readonly graph: OnnxGraph;
  readonly tensor: OnnxTensor;
  readonly weights: FloatTensor;
  /** The axis of the weights along which the outputs lie. */
  readonly outputAxis: number;
  /** The axis along which the inputs lie: that of the outputs in depthwise convolutions, none in other groups. */
  readonly inputAxis: number | undefined;
  readonly outputs: number;
  readonly bias: { readonly tensor: OnnxTensor; readonly values: Float32Array } | undefined;
}

/** The layers whose weights nothing else reads, in the order of the weights. */
export async function layersOf(model: OnnxModel, wiring: Wiring): Promise<readonly Layer[]> {
  const layers: Layer[] = [];
  for (const { tensor, graph, uses } of weightUses(model)) {
    const [use] = uses;
    if (use === undefined || wiring.reads(tensor.name) !== 1) continue;
    const { node, input } = use;
    const axes = axesOf(use, tensor.shape);
    if (input !== 1 || node.inputs[1] !== tensor.name || !graph.nodes.includes(node) || axes === undefined) continue;
    const weights = wiring.constant(graph, tensor.name)?.floats;
    const outputs = tensor.shape[axes.outputAxis] ?? 0;
    const biasName = node.inputs[2] ?? '';
    const bias = biasName === '' ? undefined : await wiring.perChannel(graph, biasName, outputs);
    if (weights === undefined || (biasName !== '' && bias === undefined)) continue;
    layers.push({ node, graph, tensor, weights, ...axes, outputs, bias });
  }
  return layers;
}

function axesOf(
  { operator, node, role, group, channelAxis }: WeightUse,
  shape: readonly number[],
): Pick<Layer, 'outputAxis' | 'inputAxis'> | undefined {
  const { attributes } = node;
  if (operator === 'Conv') {
    if (group === 1) return { outputAxis: 0, inputAxis: 1 };
    return { outputAxis: 0, inputAxis: role === 'depthwise' && shape[0] === group ? 0 : undefined };
  }
  if (operator === 'ConvTranspose') return group === 1 ? { outputAxis: 1, inputAxis: 0 } : undefined;
  const isPlain = ['alpha', 'beta'].every((name) => (attributes.get(name)?.float ?? 1) === 1);
  if (operator !== 'Gemm' || !isPlain || channelAxis === undefined) return undefined;
  return { outputAxis: channelAxis, inputAxis: 1 - channelAxis };
}

/** Tells for the place of an element in the tensor its place along an axis. */
export function placeAlong(shape: readonly number[], axis: number): (element: number) => number {
  const extent = shape[axis] ?? 1;
  const inner = shape.slice(axis + 1).reduce((product, each) => product * each, 1);
  return (element) => Math.floor(element / inner) % extent;
}
