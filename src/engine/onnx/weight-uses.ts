import { graphTensors, type OnnxGraph, type OnnxModel, type OnnxNode, type OnnxTensor } from './graph.ts';

/** What a weight is for, as far as its consumer tells. */
export type WeightRole =
  | 'convolution'
  | 'depthwise'
  | 'matrix'
  | 'embedding'
  | 'recurrent-input'
  | 'recurrent-state'
  | 'bias'
  | 'normalization'
  | 'other';

/** One node that reads a weight, perhaps through nodes that only move its elements. */
export interface WeightUse {
  /** Operator and place of the input in the consuming node. */
  readonly operator: string;
  readonly input: number;
  readonly node: OnnxNode;
  readonly role: WeightRole;
  /** Axis of the stored tensor whose entries belong to different outputs; absent where no axis does. */
  readonly channelAxis?: number;
  /** Axes that the products of one output are summed over. */
  readonly sumAxes: readonly number[];
  readonly group: number;
}

/** A tensor and what reads it. */
export interface WeightUses {
  readonly tensor: OnnxTensor;
  readonly graph: OnnxGraph;
  /** In the order of the nodes. */
  readonly uses: readonly WeightUse[];
  /** Among the weights of convolutions and matrices of its graph, in the order of their use. */
  readonly position: 'first' | 'inner' | 'last' | 'none';
}

/** How a tensor reached a consumer: for each axis of what is consumed the stored axis, where it is one. */
interface Arrival {
  readonly axes: readonly (number | undefined)[];
}

/**
 * For each tensor of the model that has a name, initializer or Constant: the nodes that read it, and which of its axes are
 * their output channels. Looks through Identity, Cast, Transpose, DequantizeLinear, Slice, Concat, Squeeze, Unsqueeze, and Reshape where extents of more than one
 * stay in order; into branches and bodies that see the tensor.
 */
export function weightUses(model: OnnxModel): readonly WeightUses[] {
  const readers = new Map(model.graphs.map((graph) => [graph, readersOf(graph)]));
  const inner = new Map<OnnxGraph, OnnxGraph[]>();
  for (const graph of model.graphs)
    if (graph.outer !== undefined) inner.set(graph.outer, [...(inner.get(graph.outer) ?? []), graph]);
  return model.graphs.flatMap((graph) => {
    const found = graphTensors(graph).map((tensor) => {
      const uses: WeightUse[] = [];
      const start = { axes: tensor.shape.map((_, axis) => axis) };
      follow(graph, tensor.name, start, tensor, uses, 0);
      return { tensor, graph, uses };
    });
    return withPositions(graph, found);
  });

  function follow(
    graph: OnnxGraph,
    name: string,
    arrival: Arrival,
    tensor: OnnxTensor,
    uses: WeightUse[],
    depth: number,
  ): void {
    if (name === '' || depth > 16) return;
    for (const { node, input } of readers.get(graph)?.get(name) ?? []) {
      const passed = passedOn(node, input, arrival, tensor.shape);
      if (passed === undefined) uses.push(useOf(node, input, arrival, tensor.shape));
      else follow(graph, node.outputs[0] ?? '', passed, tensor, uses, depth + 1);
    }
    for (const branch of inner.get(graph) ?? [])
      if (!defines(branch, name)) follow(branch, name, arrival, tensor, uses, depth + 1);
  }
}

interface Reader {
  readonly node: OnnxNode;
  readonly input: number;
}

function readersOf({ nodes }: OnnxGraph): ReadonlyMap<string, readonly Reader[]> {
  const readers = new Map<string, Reader[]>();
  for (const node of nodes)
    node.inputs.forEach((name, input) => {
      const known = readers.get(name);
      if (known === undefined) readers.set(name, [{ node, input }]);
      else known.push({ node, input });
    });
  return readers;
}

function defines({ nodes, initializers, inputs }: OnnxGraph, name: string): boolean {
  return (
    initializers.some((tensor) => tensor.name === name) ||
    inputs.some((input) => input.name === name) ||
    nodes.some(({ outputs }) => outputs.includes(name))
  );
}

/** What comes out of a node that only moves elements; `undefined` for all others. */
function passedOn(
  { operator, domain, attributes }: OnnxNode,
  input: number,
  { axes }: Arrival,
  shape: readonly number[],
): Arrival | undefined {
  // Runtimes that reorder the gates of a recurrent layer cut its weights and join them again.
  if (domain === '' && operator === 'Concat') return { axes };
  if (domain !== '' || input !== 0) return undefined;
  if (operator === 'Slice') return { axes };
  if (operator === 'Identity' || operator === 'Cast' || operator === 'DequantizeLinear') return { axes };
  if (operator === 'Transpose') {
    const order = attributes.get('perm')?.ints ?? axes.map((_, axis) => axes.length - 1 - axis);
    return { axes: order.map((axis) => axes[axis]) };
  }
  const large = axes.filter((axis) => axis !== undefined && (shape[axis] ?? 0) > 1);
  // What a Reshape makes is known only by its consumer; a matrix stays one where no more than two extents are there.
  if (operator === 'Squeeze' || (operator === 'Reshape' && large.length <= 2)) return { axes: large };
  if (operator === 'Unsqueeze')
    return { axes: [...(attributes.get('axes')?.ints ?? []).map(() => undefined), ...axes] };
  return undefined;
}

function useOf(node: OnnxNode, input: number, { axes }: Arrival, shape: readonly number[]): WeightUse {
  const { operator, domain, attributes } = node;
  const group = attributes.get('group')?.int ?? 1;
  const rank = axes.length;
  const build = (role: WeightRole, channel: number | undefined, sums: readonly number[]): WeightUse => {
    const channelAxis = channel === undefined ? undefined : axes[channel];
    const sumAxes = sums.map((axis) => axes[axis]).filter((axis) => axis !== undefined);
    return { operator, input, node, role, ...(channelAxis !== undefined && { channelAxis }), sumAxes, group };
  };
  const from = (first: number): readonly number[] => axes.map((_, axis) => axis).slice(first);
  if (domain !== '' && domain !== 'com.microsoft') return build('other', undefined, []);
  if (operator === 'Conv' && input === 1) {
    const [outputs = 0, inputs = 0] = axes.map((axis) => (axis === undefined ? 1 : (shape[axis] ?? 1)));
    return build(group > 1 && inputs === 1 && outputs >= group ? 'depthwise' : 'convolution', 0, from(1));
  }
  if (operator === 'ConvTranspose' && input === 1) {
    const extents = axes.map((axis) => (axis === undefined ? 1 : (shape[axis] ?? 1)));
    // With groups the output channels are spread over both axes; then the first one tells the groups apart.
    if (group > 1) return build(extents[0] === group && extents[1] === 1 ? 'depthwise' : 'convolution', 0, from(2));
    return build('convolution', 1, [0, ...from(2)]);
  }
  if (operator === 'MatMul' && rank >= 2)
    return input === 1 ? build('matrix', rank - 1, [rank - 2]) : build('matrix', rank - 2, [rank - 1]);
  if (operator === 'Gemm' && rank === 2 && input < 2) {
    const turned = (attributes.get(input === 1 ? 'transB' : 'transA')?.int ?? 0) !== 0;
    const channel = (input === 1) === turned ? 0 : 1;
    return build('matrix', channel, [1 - channel]);
  }
  if (operator === 'Einsum') {
    const { channel, sums } = partsOf(attributes.get('equation')?.text ?? '', input, (axis) => shape[axes[axis] ?? -1]);
    return build(channel === undefined ? 'other' : 'matrix', channel, sums);
  }
  if (operator === 'Gather' && input === 0) {
    const axis = attributes.get('axis')?.int ?? 0;
    const channel = axis < 0 ? axis + rank : axis;
    return build(
      'embedding',
      channel,
      from(0).filter((other) => other !== channel),
    );
  }
  if (operator === 'LSTM' || operator === 'GRU' || operator === 'RNN') {
    // Counted from behind: an Unsqueeze whose axes are an input may have made the directions.
    if (input === 1) return build('recurrent-input', rank - 2, [rank - 1]);
    if (input === 2) return build('recurrent-state', rank - 2, [rank - 1]);
    return build(input === 3 ? 'bias' : 'other', undefined, []);
  }
  if (/Normalization$/.test(operator)) return build('normalization', undefined, []);
  if (/^(Conv|ConvTranspose|Gemm)$/.test(operator) && input === 2) return build('bias', undefined, []);
  return build('other', undefined, []);
}

/**
 * What the axes of an operand of an Einsum of two are: those that only it has and that stay tell outputs apart, of which the longest
 * counts; those that vanish are summed over. Axes that both have and that stay are as many products by themselves.
 */
function partsOf(
  equation: string,
  input: number,
  extentOf: (axis: number) => number | undefined,
): { readonly channel?: number | undefined; readonly sums: readonly number[] } {
  const [given = '', result] = equation.replaceAll(/\s/g, '').split('->');
  const operands = given.split(',');
  const [own = '', other = ''] = [operands[input], operands[1 - input]];
  const isPlain = /^[a-z]+$/i.test(own) && new Set(own).size === own.length;
  if (result === undefined || operands.length !== 2 || !isPlain) return { sums: [] };
  const axes = Array.from(own, (letter, axis) => ({ letter, axis }));
  const channels = axes.filter(({ letter }) => result.includes(letter) && !other.includes(letter));
  const [longest] = channels.toSorted((one, two) => (extentOf(two.axis) ?? 1) - (extentOf(one.axis) ?? 1));
  return {
    channel: longest?.axis,
    sums: axes.filter(({ letter }) => !result.includes(letter)).map(({ axis }) => axis),
  };
}

const layered: ReadonlySet<WeightRole> = new Set(['convolution', 'depthwise', 'matrix']);

function withPositions(graph: OnnxGraph, found: readonly Omit<WeightUses, 'position'>[]): readonly WeightUses[] {
  const order = new Map(graph.nodes.map((node, index) => [node, index]));
  const places = found.map(({ uses }) => {
    const own = uses.filter(({ role }) => layered.has(role)).map(({ node }) => order.get(node) ?? -1);
    return own.length === 0 ? -1 : Math.min(...own);
  });
  const used = places.filter((place) => place >= 0);
  const [first, last] =
    used.length === 0 ? [-2, -2] : [used.reduce((a, b) => Math.min(a, b)), used.reduce((a, b) => Math.max(a, b))];
  return found.map((entry, index) => {
    const place = places[index] ?? -1;
    if (place < 0) return { ...entry, position: 'none' };
    if (place === last) return { ...entry, position: 'last' };
    return { ...entry, position: place === first ? 'first' : 'inner' };
  });
}
