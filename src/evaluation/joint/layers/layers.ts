import {
  graphTensors,
  weightUses,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type WeightUse,
} from '../../../engine/onnx/index.ts';
import { biasFinder, type Bias } from './biases.ts';

/** How a convolution walks over its input; one entry for each axis behind the channels. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Before the first element of each axis. */
  readonly pads: readonly number[];
  readonly padsAfter: readonly number[];
}

/** A weight that inputs are multiplied with: `rows` outputs, each of `columns` inputs of its group. Plain data. */
export interface Layer {
  /** Of the tensor. */
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly groups: number;
  /** Whether the tensor, or each of its groups, is stored with the inputs as rows. */
  readonly isTransposed: boolean;
  /** Whether its groups are matrices by which as many matrices of inputs are multiplied, or all of them the same one. */
  readonly isStack?: true;
  /** The value that is its input. */
  readonly input: string;
  readonly window?: Window;
  /** What is added to its outputs, where that is one number for each. */
  readonly bias?: Bias | undefined;
  /** Of its node in the graph. */
  readonly order: number;
  /** Equal for layers that see the same inputs in the same way. */
  readonly key: string;
}

/** What a node and its weight tell of a layer. */
type Multiplied = Omit<Layer, 'bias' | 'order'>;

/** The layers of the main graph whose inputs can be looked at, each once, in the order of its weights. */
export function findLayers(model: OnnxModel): readonly Layer[] {
  const found = new Map<string, Layer>();
  const biasOf = biasFinder(model.graph);
  const order = new Map(model.graph.nodes.map((node, place) => [node, place]));
  for (const { tensor, graph, uses } of weightUses(model)) {
    if (graph.outer !== undefined) continue;
    for (const use of uses) {
      const layer = use.input === 1 ? layerOf(tensor, use) : undefined;
      if (!layer || found.has(layer.name)) continue;
      const bias = uses.length === 1 ? biasOf(use.node, layer.rows) : undefined;
      found.set(layer.name, { ...layer, bias, order: order.get(use.node) ?? 0 });
    }
  }
  for (const { node, layer } of recurrentLayers(model.graph))
    if (!found.has(layer.name)) found.set(layer.name, { ...layer, order: order.get(node) ?? 0 });
  return [...found.values()];
}

function layerOf(tensor: OnnxTensor, { node, channelAxis, sumAxes }: WeightUse): Multiplied | undefined {
  if (node.operator === 'Conv') return convolution(tensor, node);
  if (node.operator === 'ConvTranspose') return transposedConvolution(tensor, node);
  if (node.operator !== 'MatMul' && node.operator !== 'Gemm') return undefined;
  if (channelAxis === undefined) return undefined;
  if (tensor.shape.length === 3) return stack(tensor, channelAxis, sumAxes, node.inputs[0] ?? '');
  if (tensor.shape.length !== 2) return undefined;
  if ((node.attributes.get('transA')?.int ?? 0) !== 0) return undefined;
  return matrix(tensor, channelAxis === 1, node.inputs[0] ?? '');
}

function matrix({ name, shape }: OnnxTensor, isTransposed: boolean, input: string): Multiplied {
  const [first = 1, second = 1] = shape;
  const [rows, columns] = isTransposed ? [second, first] : [first, second];
  return { name, rows, columns, groups: 1, isTransposed, input, key: `${input} ${columns}` };
}

/** The sums of more inputs are not kept: they take as much memory as there are matrices. */
const mostStackBytes = 2 ** 27;

function stack(
  { name, shape }: OnnxTensor,
  channelAxis: number,
  [sumAxis = 0]: readonly number[],
  input: string,
): Multiplied | undefined {
  const [groups = 1, columns = 1, outputs = 1] = [shape[0], shape[sumAxis], shape[channelAxis]];
  if (channelAxis === 0 || sumAxis === 0 || groups < 2 || 4 * groups * columns ** 2 > mostStackBytes) return undefined;
  const key = `${input} ${columns} in a stack of ${groups}`;
  return { name, rows: groups * outputs, columns, groups, isTransposed: sumAxis === 1, isStack: true, input, key };
}

function convolution({ name, shape }: OnnxTensor, { attributes, inputs }: OnnxNode): Multiplied | undefined {
  const [rows = 1, channels = 1, ...kernel] = shape;
  const given = (attribute: string): readonly number[] => attributes.get(attribute)?.ints ?? [];
  const automatic = attributes.get('auto_pad')?.text ?? 'NOTSET';
  const groups = attributes.get('group')?.int ?? 1;
  if (automatic !== 'NOTSET' && automatic !== 'VALID') return undefined;
  const pads = automatic === 'VALID' ? [] : given('pads');
  const axes = kernel.length;
  const window = {
    kernel,
    strides: kernel.map((_, axis) => given('strides')[axis] ?? 1),
    dilations: kernel.map((_, axis) => given('dilations')[axis] ?? 1),
    pads: kernel.map((_, axis) => pads[axis] ?? 0),
    padsAfter: kernel.map((_, axis) => pads[axes + axis] ?? 0),
  };
  const input = inputs[0] ?? '';
  const columns = channels * kernel.reduce((product, extent) => product * extent, 1);
  const key = `${input} ${columns} ${groups} ${JSON.stringify(window)}`;
  return { name, rows, columns, groups, isTransposed: false, input, window, key };
}

/**
 * Every tap of every output channel is an output of its own, which sees all channels of the input at one place. What taps of one
 * output that meet at a place have in common is left out.
 */
function transposedConvolution({ name, shape }: OnnxTensor, { attributes, inputs }: OnnxNode): Multiplied | undefined {
  const [channels = 1, ...behind] = shape;
  const groups = attributes.get('group')?.int ?? 1;
  const columns = channels / groups;
  const rows = groups * behind.reduce((product, extent) => product * extent, 1);
  const each = (value: number): readonly number[] => behind.slice(1).map(() => value);
  const window = { kernel: each(1), strides: each(1), dilations: each(1), pads: each(0), padsAfter: each(0) };
  const input = inputs[0] ?? '';
  const key = `${input} ${columns} ${groups} ${JSON.stringify(window)}`;
  return { name, rows, columns, groups, isTransposed: true, input, window, key };
}

/** Weights of recurrent nodes, also where gates are put into another order, or directions together, on the way. */
function recurrentLayers(graph: OnnxGraph): readonly { readonly node: OnnxNode; readonly layer: Multiplied }[] {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const tensors = new Map(graphTensors(graph).map((tensor) => [tensor.name, tensor]));
  const fed = new Set(graph.inputs.map(({ name }) => name).filter((name) => !tensors.has(name)));
  /** What a value is made of by nodes of these operators. */
  const origins = (name = '', through: RegExp, steps = 0): readonly string[] => {
    const maker = makers.get(name);
    if (tensors.has(name) || !maker || steps > 8 || !through.test(maker.operator)) return [name];
    const from = maker.operator === 'Concat' ? maker.inputs : maker.inputs.slice(0, 1);
    return [...new Set(from.flatMap((one) => origins(one, through, steps + 1)))];
  };
  return graph.nodes.flatMap((node) => {
    const { operator, inputs, outputs } = node;
    if (operator !== 'LSTM' && operator !== 'GRU' && operator !== 'RNN') return [];
    // A state that is handed in is that of the step before where the model is run step by step; else states are what comes out.
    const state = origins(inputs[5], moving).some((name) => fed.has(name)) ? inputs[5] : outputs[0];
    return [
      ...origins(inputs[1], joining).map((weight) => ({ weight, input: inputs[0], isState: false })),
      ...origins(inputs[2], joining).map((weight) => ({ weight, input: state, isState: true })),
    ].flatMap(({ weight, input, isState }) => {
      const tensor = tensors.get(weight);
      const layer = tensor && input ? recurrentMatrix(tensor, input, isState) : undefined;
      return layer ? [{ node, layer }] : [];
    });
  });
}

/** What leaves rows of weights rows, and what else only moves elements. */
const joining = /^(Slice|Concat|Unsqueeze|Identity|Squeeze)$/;
const moving = /^(Slice|Concat|Unsqueeze|Identity|Squeeze|Transpose|Gather|Reshape|Cast)$/;

/** Directions see the same inputs, and states of their own. */
function recurrentMatrix({ name, shape }: OnnxTensor, input: string, isState: boolean): Multiplied | undefined {
  const [rows = 1, columns = 1] = shape.slice(-2);
  const directions = shape.length === 3 ? (shape[0] ?? 1) : 1;
  if (shape.length !== 2 && shape.length !== 3) return undefined;
  const groups = isState ? directions : 1;
  const key = groups === 1 ? `${input} ${columns}` : `${input} ${columns} of ${groups}`;
  return { name, rows: directions * rows, columns, groups, isTransposed: false, input, key };
}
