import { graphTensors, type OnnxGraph, type OnnxModel, type OnnxNode, type OnnxTensor } from './graph.ts';
import {
  isOfPictures,
  join,
  latest,
  runOf,
  type ChannelPart,
  type ChannelSet,
  type Draft,
  type Label,
} from './channel-labels.ts';
import { weightUses, type WeightRole, type WeightUse } from './weight-uses.ts';

/** What gives for each number of a value a number of its own; further inputs are single numbers. */
const elementwise = new Set([
  ...['Relu', 'LeakyRelu', 'Elu', 'Selu', 'Celu', 'ThresholdedRelu', 'Sigmoid', 'HardSigmoid', 'HardSwish', 'Tanh'],
  ...['Clip', 'Gelu', 'Mish', 'Softplus', 'Softsign', 'Erf', 'Exp', 'Log', 'Sqrt', 'Abs', 'Neg', 'Reciprocal'],
  ...['Floor', 'Ceil', 'Round', 'Identity', 'Dropout', 'Cast'],
]);
const pooling = new Set(['MaxPool', 'AveragePool', 'LpPool', 'GlobalMaxPool', 'GlobalAveragePool', 'GlobalLpPool']);
const pairwise = new Set(['Add', 'Sub', 'Mul', 'Div', 'Pow', 'PRelu', 'Min', 'Max']);

const multiplied: ReadonlySet<WeightRole> = new Set(['convolution', 'depthwise', 'matrix']);

/**
 * The channels of the main graph that could be taken out: outputs of Conv, ConvTranspose, Gemm and MatMul with constant weights in
 * single precision, followed through what treats each by itself to Conv, Gemm and MatMul. Values that are added or multiplied share
 * their channels. Channels that reach anything else, an output or a branch stay, and so do those of tensors that are read twice.
 */
export function channelSets(model: OnnxModel): readonly ChannelSet[] {
  return new ChannelSearch(model).sets();
}

class ChannelSearch {
  readonly #graph: OnnxGraph;
  readonly #tensors: ReadonlyMap<string, OnnxTensor>;
  readonly #reads = new Map<string, number>();
  readonly #readInside = new Set<string>();
  readonly #weights = new Map<OnnxNode, { readonly tensor: OnnxTensor; readonly use: WeightUse }>();
  readonly #labels = new Map<string, Label>();
  readonly #drafts: Draft[] = [];

  constructor(model: OnnxModel) {
    this.#graph = model.graph;
    this.#tensors = new Map(graphTensors(model.graph).map((tensor) => [tensor.name, tensor]));
    for (const graph of model.graphs)
      for (const name of [...graph.nodes.flatMap(({ inputs }) => inputs), ...graph.outputs.map((each) => each.name)]) {
        this.#reads.set(name, (this.#reads.get(name) ?? 0) + 1);
        if (graph !== model.graph) this.#readInside.add(name);
      }
    const makers = new Map(model.graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
    for (const { tensor, graph, uses } of weightUses(model)) {
      const [use] = uses;
      if (
        !use ||
        uses.length > 1 ||
        use.input !== 1 ||
        !multiplied.has(use.role) ||
        use.operator === 'Einsum' ||
        graph !== model.graph ||
        !isReadable(tensor)
      )
        continue;
      const given = use.node.inputs[1] ?? '';
      const maker = makers.get(given);
      const isTurned = maker?.operator === 'Transpose' && maker.inputs[0] === tensor.name;
      if ((given === tensor.name || isTurned) && this.#readsOf(given) === 1 && this.#readsOf(tensor.name) === 1)
        this.#weights.set(use.node, { tensor, use });
    }
  }

  sets(): readonly ChannelSet[] {
    for (const node of this.#graph.nodes) {
      const label = this.#follow(node);
      const [output = ''] = node.outputs;
      if (!label) continue;
      this.#labels.set(output, label);
      latest(label.draft).values.push(output);
      if (node.outputs.slice(1).some((name) => this.#readsOf(name) > 0)) this.#keep(label);
    }
    for (const { name } of this.#graph.outputs) this.#keep(this.#labels.get(name));
    for (const name of this.#readInside) this.#keep(this.#labels.get(name));
    return this.#drafts.filter((draft) => !draft.joinedTo && !draft.isKept && draft.read.length > 0 && draft.count > 1);
  }

  /** What the first output of a node has of channels that could be taken out. */
  #follow(node: OnnxNode): Label | undefined {
    const { operator, domain, inputs } = node;
    const weights = this.#weights.get(node);
    if (domain === '' && weights) return this.#layer(node, weights.tensor, weights.use);
    const labels = inputs.flatMap((name) => this.#labels.get(name) ?? []);
    const [label] = labels;
    if (!label) return undefined;
    const others = inputs.slice(1);
    const isFirst = this.#labels.get(inputs[0] ?? '') === label;
    let passed: Label | undefined;
    if (domain !== '') passed = undefined;
    else if (pairwise.has(operator)) passed = this.#pair(inputs);
    else if (!isFirst || labels.length > 1) passed = undefined;
    else if (elementwise.has(operator)) passed = others.every((name) => this.#isSingle(name)) ? label : undefined;
    else if (pooling.has(operator)) passed = isOfPictures(label) ? label : undefined;
    else if (operator === 'Flatten')
      passed = isOfPictures(label) && flattensAll(node) ? { ...label, fromEnd: 1, rank: 2, isFlat: true } : undefined;
    else if (operator === 'BatchNormalization') passed = isOfPictures(label) ? this.#vectors(label, others) : undefined;
    if (!passed) for (const each of labels) this.#keep(each);
    return passed;
  }

  #layer(node: OnnxNode, tensor: OnnxTensor, { operator, channelAxis, role, sumAxes, group }: WeightUse) {
    const input = this.#labels.get(node.inputs[0] ?? '');
    const rank = tensor.shape.length;
    const isMatrix = operator === 'Gemm' || operator === 'MatMul';
    const isPlain =
      ['alpha', 'beta'].every((name) => (node.attributes.get(name)?.float ?? 1) === 1) &&
      (node.attributes.get('transA')?.int ?? 0) === 0;
    if (channelAxis === undefined || !isPlain || (isMatrix && rank !== 2)) return this.#keep(input);
    const biases = operator === 'MatMul' ? [] : node.inputs.slice(2);
    if (group > 1) {
      const isOneEach = operator === 'Conv' && role === 'depthwise' && tensor.shape[0] === group;
      if (!isOneEach || input?.draft.count !== group || !isOfPictures(input)) return this.#keep(input);
      latest(input.draft).grouped.push(node);
      return this.#vectors(input, [], [{ tensor, axis: 0, run: 1 }]) && this.#vectors(input, biases);
    }
    const [sumAxis = 0] = sumAxes;
    const run = input && runOf(input, tensor.shape[sumAxis]);
    const fits = isMatrix ? input?.fromEnd === 1 : operator === 'Conv' && input?.rank === rank && isOfPictures(input);
    if (input && fits && run) latest(input.draft).read.push({ tensor, axis: sumAxis, run });
    else this.#keep(input);
    const count = tensor.shape[channelAxis] ?? 0;
    const draft: Draft = { count, made: [], read: [], grouped: [], values: [], isKept: false };
    this.#drafts.push(draft);
    const place = isMatrix ? { fromEnd: 1, rank: operator === 'Gemm' ? 2 : undefined } : { fromEnd: rank - 1, rank };
    const label = { draft, ...place, isFlat: false };
    return this.#vectors(label, biases, [{ tensor, axis: channelAxis, run: 1 }]) ?? this.#keep(label);
  }

  /** The channels of two values that meet, or of one that meets constants. */
  #pair([first = '', second = '', ...more]: readonly string[]): Label | undefined {
    const [one, other] = [this.#labels.get(first), this.#labels.get(second)];
    if (more.length > 0) return undefined;
    if (one && other) {
      if (one.fromEnd !== other.fromEnd || one.isFlat !== other.isFlat || one.draft.count !== other.draft.count)
        return undefined;
      join(one.draft, other.draft);
      const rank = one.rank && other.rank && Math.max(one.rank, other.rank);
      return { ...one, rank };
    }
    const label = one ?? other;
    const tensor = this.#tensors.get(one ? second : first);
    if (!label || !tensor || (label.rank !== undefined && tensor.shape.length > label.rank)) return undefined;
    const axis = tensor.shape.length - label.fromEnd;
    const extent = tensor.shape[axis] ?? 1;
    if (extent === 1) return label;
    const run = runOf(label, extent);
    if (!run || !isReadable(tensor) || this.#readsOf(tensor.name) > 1) return undefined;
    latest(label.draft).made.push({ tensor, axis, run });
    return label;
  }

  /** The label, if each of these constants has one number for each channel, or a single one. */
  #vectors(label: Label, names: readonly string[], parts: readonly ChannelPart[] = []): Label | undefined {
    const found = parts.slice();
    for (const name of names.filter(Boolean)) {
      const tensor = this.#tensors.get(name);
      const axis = tensor?.shape.indexOf(label.draft.count) ?? -1;
      const isOne = tensor && axis >= 0 && elementsOf(tensor) === label.draft.count;
      if (this.#isSingle(name)) continue;
      if (!isOne || !isReadable(tensor) || this.#readsOf(name) > 1) return undefined;
      found.push({ tensor, axis, run: 1 });
    }
    latest(label.draft).made.push(...found);
    return label;
  }

  #isSingle(name: string): boolean {
    const tensor = this.#tensors.get(name);
    return name === '' || (tensor !== undefined && elementsOf(tensor) === 1);
  }

  /** Lets channels stay; what comes of them has none that could be taken out. */
  #keep(label: Label | undefined): Label | undefined {
    if (label) latest(label.draft).isKept = true;
    return undefined;
  }

  #readsOf(name: string): number {
    return this.#reads.get(name) ?? 0;
  }
}

/** Whether a Flatten makes one row of each item. */
function flattensAll({ attributes }: OnnxNode): boolean {
  return (attributes.get('axis')?.int ?? 1) === 1;
}

function isReadable({ type, data }: OnnxTensor): boolean {
  return type.dtype === 'F32' && data.kind !== 'other';
}

function elementsOf({ shape }: OnnxTensor): number {
  return shape.reduce((product, extent) => product * extent, 1);
}
