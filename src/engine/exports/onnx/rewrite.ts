import { dataTypes } from '../../formats/onnx/types.ts';
import { given, insertBefore, append, replace, type Content, type Edit } from '../../onnx/edit.ts';
import type { OnnxGraph, OnnxTensor, Place } from '../../onnx/graph.ts';
import { nodeField, type NewNode } from '../../onnx/messages.ts';
import { encodeFloats } from '../../tensor/floats.ts';
import { converted, pieces, type FloatTensor } from '../float-tensor.ts';
import type { Loss } from '../loss.ts';
import type { Grouping } from '../quantize/grouping.ts';
import { quantize, type CodeType } from '../quantize/quantize.ts';
import type { Form } from './form.ts';
import { wholeNumbers } from './opset.ts';
import type { TensorStore } from './store.ts';

/** What rewriting a tensor needs besides the tensor. */
export interface Rewriting {
  readonly store: TensorStore;
  readonly newName: (wanted: string) => string;
  /** Whether the model may use DequantizeLinear with an axis; else Cast and Mul do the same. */
  readonly hasAxes: boolean;
  readonly signal: AbortSignal;
}

const typeNumbers = new Map([...dataTypes].map(([number, { dtype }]) => [dtype, number]));
const float32 = 1;
const codeTypes: Readonly<Record<CodeType, number>> = { I8: 3, U4: 21, F8_E4M3: 17 };

/**
 * Edits that store `tensor` in another form, and nodes that make it again under its old name, so that nothing that reads it
 * changes. The elements are read when the edited file is written, and what they lose goes to `loss` then.
 */
export function rewriteTensor(
  tensor: OnnxTensor,
  graph: OnnxGraph,
  floats: FloatTensor,
  form: Exclude<Form, { kind: 'kept' }>,
  loss: Loss,
  rewriting: Rewriting,
): readonly Edit[] {
  const made = madeOf(tensor, floats, form, loss, rewriting);
  const nodes = made.nodes.map((node) => given(nodeField(node)));
  const constant = constantNode(tensor);
  if (constant !== undefined) return [append(graph, ...made.initializers), replace(constant, ...nodes)];
  // A model of before IR version 4 declares its initializers as inputs too; what is computed may not be one.
  const declared = graph.inputs.filter(({ name }) => name === tensor.name).map((input) => replace(input));
  const [first] = graph.nodes;
  const placed = first === undefined ? append(graph, ...nodes) : insertBefore(first, ...nodes);
  return [replace(tensor, ...made.initializers), placed, ...declared];
}

/** The Constant node whose value the tensor is; `undefined` for an initializer. */
export function constantNode({ parents }: OnnxTensor): Place | undefined {
  const attributeField = 5;
  const [node, attribute] = parents.slice(-2);
  const isAttribute = attribute?.number === attributeField && node?.number === 1;
  return isAttribute ? { span: node, parents: parents.slice(0, -2) } : undefined;
}

/** Puts another initializer of the same name in the place of a tensor. */
export function exchanged(graph: OnnxGraph, tensor: OnnxTensor, made: readonly Content[]): readonly Edit[] {
  const constant = constantNode(tensor);
  return constant === undefined ? [replace(tensor, ...made)] : [replace(constant), append(graph, ...made)];
}

interface Made {
  readonly initializers: readonly Content[];
  readonly nodes: readonly NewNode[];
}

function madeOf(
  tensor: OnnxTensor,
  floats: FloatTensor,
  form: Exclude<Form, { kind: 'kept' }>,
  loss: Loss,
  { store, newName, hasAxes, signal }: Rewriting,
): Made {
  const { name, shape } = tensor;
  const type = typeNumbers.get(tensor.type.dtype) ?? float32;
  const chain = (first: NewNode, ...rest: readonly Step[]): readonly NewNode[] => inChain(name, newName, first, rest);
  if (form.kind === 'half') {
    const half = { name: newName(`${name}_half`), type: typeNumbers.get(form.type) ?? 0, shape };
    const content = { length: 2 * floats.count, chunks: () => converted(floats, form.type, loss, signal) };
    const cast = { operator: 'Cast', inputs: [half.name], outputs: [], attributes: { to: type } };
    return { initializers: store.add(half, content), nodes: chain(cast) };
  }
  const codesName = newName(`${name}_codes`);
  const scaleName = newName(`${name}_scale`);
  if (form.kind === 'switch') {
    const codes = { name: codesName, type: codeTypes.I8, shape };
    const content = { length: floats.count, chunks: () => switches(floats, signal) };
    const scale = store.addSmall({ name: scaleName, type: float32, shape: [] }, raw(Float32Array.of(form.value)));
    const steps = dequantized([codesName, scaleName], {}, hasAxes);
    if (type !== float32) steps.push({ operator: 'Cast', attributes: { to: type } });
    return { initializers: [...store.add(codes, content), ...scale], nodes: chain(...steps) };
  }
  const { axis, grouping, isFlattened, isExact, scaleType } = form;
  const quantized = quantize(floats, form, loss, signal);
  const codes = { name: codesName, type: codeTypes[form.type], shape: form.shape };
  // Without axes the scales are multiplied, and have to stand where their channel does.
  const scaleShape = hasAxes
    ? scalesShape(form.shape, axis, grouping)
    : form.shape.map((extent, each) => (each === axis ? extent : 1));
  const scale = { name: scaleName, type: typeNumbers.get(scaleType) ?? float32, shape: scaleShape };
  const scaleBytes = (scaleType === 'F16' ? 2 : 4) * quantized.scaleCount;
  const initializers = [
    ...store.add(codes, { length: quantized.codeBytes, chunks: () => quantized.codes() }),
    ...store.add(
      scale,
      later(scaleBytes, () => encodeFloats(scaleType, quantized.scales())),
    ),
  ];
  const inputs = [codesName, scaleName];
  if (form.hasZeros) {
    inputs.push(newName(`${name}_zero`));
    const zero = { name: inputs[2] ?? '', type: codeTypes[form.type], shape: scaleShape };
    initializers.push(
      ...store.add(
        zero,
        later(quantized.zeroBytes, () => quantized.zeros()),
      ),
    );
  }
  const block = grouping.isBlocked ? { block_size: grouping.run } : {};
  const steps: [NewNode, ...Step[]] = dequantized(inputs, { axis, ...block }, hasAxes);
  // ONNX Runtime makes a product of whole numbers of a MatMul behind a DequantizeLinear, and rounds what it multiplies.
  if (isFlattened || isExact) {
    const shapeName = newName(`${name}_shape`);
    initializers.push(...store.addSmall({ name: shapeName, type: 7, shape: [shape.length] }, wholeNumbers(shape)));
    steps.push({ operator: 'Reshape', inputs: ['', shapeName] });
  }
  const made = scaleType === 'F16' ? 'F16' : 'F32';
  if (made !== tensor.type.dtype) steps.push({ operator: 'Cast', attributes: { to: type } });
  return { initializers, nodes: chain(...steps) };
}

type Step = Omit<NewNode, 'inputs' | 'outputs'> & { readonly inputs?: readonly string[] };

/** Nodes that make a tensor of codes, scales and perhaps zero points. */
function dequantized(
  inputs: readonly string[],
  attributes: Readonly<Record<string, number>>,
  hasAxes: boolean,
): [NewNode, ...Step[]] {
  if (hasAxes) return [{ operator: 'DequantizeLinear', inputs, outputs: [], attributes }];
  const [codes = '', scale = ''] = inputs;
  const cast = { operator: 'Cast', inputs: [codes], outputs: [], attributes: { to: float32 } };
  return [cast, { operator: 'Mul', inputs: ['', scale] }];
}

/** Nodes that each take what the one before makes (at their first input); the last makes `output`. */
function inChain(
  output: string,
  newName: (wanted: string) => string,
  first: NewNode,
  rest: readonly Step[],
): readonly NewNode[] {
  const steps = [first, ...rest];
  let before: string | undefined;
  return steps.map((step, index) => {
    const made = index === steps.length - 1 ? output : newName(`${output}_${step.operator}`);
    const inputs = before === undefined ? (step.inputs ?? []) : [before, ...(step.inputs ?? []).slice(1)];
    before = made;
    return { ...step, inputs, outputs: [made], name: newName(`${made}/${step.operator}`) };
  });
}

function scalesShape(shape: readonly number[], axis: number, { isBlocked, run }: Grouping): readonly number[] {
  const extent = shape[axis] ?? 1;
  return isBlocked ? shape.map((each, index) => (index === axis ? Math.ceil(extent / run) : each)) : [extent];
}

const raw = (values: Float32Array): Uint8Array => encodeFloats('F32', values);

function later(length: number, bytes: () => Uint8Array): Content {
  return { length, chunks: () => [bytes()] };
}

async function* switches(tensor: FloatTensor, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  for await (const { values } of pieces(tensor, signal))
    yield Uint8Array.from(values, (value) => (value === 0 ? 0 : 1));
}
