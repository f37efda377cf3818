import { graphTensors, type OnnxGraph, type OnnxModel, type OnnxNode, type OnnxTensor } from './graph.ts';
import {
  channelMeans,
  convolve,
  sampleCount,
  sampleOperators,
  type Constant,
  type Samples,
  type SampleValue,
} from './sample-operators.ts';

/** Products that may be spent on following a graph: about a second. */
const mostProducts = 2 ** 30;
/** The most values that are followed at a time. */
const mostValues = 64;
/** The most channels of an input that may be a picture. */
const mostInputChannels = 16;

/** Reads the elements of a tensor as floats; nothing where they are none, or not to be had. */
export type ReadConstant = (tensor: OnnxTensor) => Promise<Float32Array | undefined>;

/**
 * What the inputs of convolutions are on average when the model looks at typical pictures of even noise: for the weights of
 * each, one number for each of the places that an output sums over, in the order of the weights. Only weights in one group
 * of the main graph, and only as far as it consists of operators that are known here. Deterministic.
 */
export async function typicalInputs(
  { graph }: OnnxModel,
  read: ReadConstant,
  signal: AbortSignal,
): Promise<ReadonlyMap<OnnxTensor, Float32Array>> {
  const tensors = new Map(graphTensors(graph).map((tensor) => [tensor.name, tensor]));
  const waiting = readersIn(graph);
  const values = firstValues(graph, tensors);
  const found = new Map<OnnxTensor, Float32Array>();
  let products = 0;

  const valueOf = async (name: string): Promise<SampleValue> => {
    const tensor = tensors.get(name);
    if (tensor === undefined) {
      const samples = values.get(name);
      return samples && { samples };
    }
    const numbers = await read(tensor);
    return numbers && { constant: { shape: tensor.shape, values: numbers } };
  };

  const keep = ({ outputs: [output = ''] }: OnnxNode, made: Samples | undefined): void => {
    if (made && waiting.has(output) && values.size < mostValues) values.set(output, made);
  };

  for (const node of graph.nodes) {
    signal.throwIfAborted();
    const [first = '', second = ''] = node.inputs;
    if (node.operator === 'Conv' && values.has(first) && products < mostProducts) {
      products += sampleCount * elementsOf(tensors.get(second));
      const [input, weights, bias] = await Promise.all(node.inputs.slice(0, 3).map(valueOf));
      const made = convolution(node, input, weights, bias);
      keep(node, made);
      const tensor = tensors.get(second);
      const samples = values.get(first);
      if (made && tensor && samples && groupsOf(node) === 1) found.set(tensor, perWeight(samples, tensor));
    } else if (node.inputs.some((name) => values.has(name))) {
      const operator = sampleOperators.get(node.operator);
      const made = operator?.(await Promise.all(node.inputs.map(valueOf)), node);
      keep(node, made);
    }
    for (const name of node.inputs) {
      const left = (waiting.get(name) ?? 0) - 1;
      waiting.set(name, left);
      if (left <= 0) values.delete(name);
    }
  }
  return found;
}

function convolution(node: OnnxNode, input: SampleValue, weights: SampleValue, bias: SampleValue): Samples | undefined {
  if (!input || !('samples' in input) || !weights || !('constant' in weights)) return undefined;
  const added: Constant | undefined = bias && 'constant' in bias ? bias.constant : undefined;
  return convolve(input.samples, weights.constant, added, groupsOf(node));
}

function groupsOf(node: OnnxNode): number {
  return node.attributes.get('group')?.int ?? 1;
}

/** How often each value is read. */
function readersIn({ nodes }: OnnxGraph): Map<string, number> {
  const readers = new Map<string, number>();
  for (const { inputs } of nodes) for (const name of inputs) readers.set(name, (readers.get(name) ?? 0) + 1);
  return readers;
}

/** Grey of all brightnesses, the same in all channels, for inputs that may be pictures. */
function firstValues({ inputs }: OnnxGraph, tensors: ReadonlyMap<string, OnnxTensor>): Map<string, Samples> {
  const values = new Map<string, Samples>();
  for (const { name, shape } of inputs) {
    const channels = shape?.[1];
    if (tensors.has(name) || shape?.length !== 4 || typeof channels !== 'number') continue;
    if (channels < 1 || channels > mostInputChannels) continue;
    const brightness = (place: number): number => 2 * ((place * 0.618033988749895) % 1) - 1;
    values.set(
      name,
      Float32Array.from({ length: channels * sampleCount }, (_, at) => brightness(at % sampleCount)),
    );
  }
  return values;
}

function elementsOf(tensor: OnnxTensor | undefined): number {
  return tensor?.shape.reduce((all, extent) => all * extent, 1) ?? 0;
}

/** The mean of a channel, for each of the weights of an output that meet it. */
function perWeight(samples: Samples, tensor: OnnxTensor): Float32Array {
  const means = channelMeans(samples);
  const columns = elementsOf(tensor) / (tensor.shape[0] ?? 1);
  return Float32Array.from({ length: columns }, (_, at) => means[Math.floor((at * means.length) / columns)] ?? 0);
}
