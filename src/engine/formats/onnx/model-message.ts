import { limits } from '../../limits.ts';
import { readPair, readTensor, type TensorMessage } from './tensor-message.ts';
import { LooseFloats } from './loose-floats.ts';
import type { Field, Wire } from '../protobuf.ts';

/** A tensor under the name that it has for people: its own, or that of the value it becomes. */
export interface NamedTensor extends TensorMessage {
  readonly name: string;
}

export interface ModelMessage {
  readonly tensors: readonly NamedTensor[];
  readonly metadata: Readonly<Record<string, string>>;
}

type Message = 'model' | 'graph' | 'node' | 'attribute' | 'sparse' | 'function' | 'training' | 'tensor';

/** Which fields of a message hold messages that can lead to a tensor. Source: onnx.proto. */
const inner: Readonly<Record<Message, ReadonlyMap<number, Message>>> = {
  model: new Map([
    [7, 'graph'],
    [20, 'training'],
    [25, 'function'],
  ]),
  graph: new Map([
    [1, 'node'],
    [5, 'tensor'],
    [15, 'sparse'],
  ]),
  node: new Map([[5, 'attribute']]),
  attribute: new Map([
    [5, 'tensor'],
    [6, 'graph'],
    [10, 'tensor'],
    [11, 'graph'],
    [22, 'sparse'],
    [23, 'sparse'],
  ]),
  sparse: new Map([
    [1, 'tensor'],
    [2, 'tensor'],
  ]),
  function: new Map([
    [7, 'node'],
    [11, 'attribute'],
  ]),
  training: new Map([
    [1, 'graph'],
    [2, 'graph'],
  ]),
  tensor: new Map(),
};

/** Texts of ModelProto that are shown. */
const modelTexts: ReadonlyMap<number, string> = new Map([
  [2, 'producer_name'],
  [3, 'producer_version'],
  [4, 'domain'],
  [6, 'doc_string'],
]);
/** The field `floats` of an attribute, packed or not. */
const floatsNumber = 7;

/**
 * Finds every tensor of the ModelProto that is the whole file: initializers, Constant nodes and other tensor attributes,
 * sparse tensors, in the main graph, subgraphs, functions and training graphs. Throws MalformedFileError.
 */
export async function readModel(wire: Wire): Promise<ModelMessage> {
  const tensors: NamedTensor[] = [];
  const metadata = Object.create(null) as Record<string, string>;
  await walk('model', 0, wire.size, 0);
  return { tensors, metadata };

  async function walk(message: Message, start: number, end: number, depth: number): Promise<void> {
    if (depth > limits.protobufDepth) wire.fail(`messages nested deeper than ${limits.protobufDepth}`, start);
    if (message === 'tensor') {
      add(await readTensor(wire, start, end));
      return;
    }
    const first = tensors.length;
    const words: Words = { name: '', output: '', operator: '' };
    const loose = new LooseFloats();
    await wire.fields(start, end, async (field) => {
      const next = field.kind === 'bytes' ? inner[message].get(field.number) : undefined;
      if (next !== undefined) await walk(next, field.start, field.end, depth + 1);
      else if (message === 'model') await describe(field);
      else if (message === 'attribute' && field.number === floatsNumber && field.kind === 'bytes') add(floats(field));
      else if (message === 'attribute' && field.number === floatsNumber && field.kind === 'fixed') loose.add(field);
      else await readWords(message, field, words);
    });
    for (const tensor of loose.tensors()) add(tensor);
    if (message === 'node' || message === 'attribute' || message === 'sparse') nameFrom(first, message, words);
  }

  function add(tensor: TensorMessage): void {
    if (tensors.length === limits.tensors) wire.fail(`more than ${limits.tensors} tensors`, wire.size);
    tensors.push(tensor);
  }

  async function readWords(message: Message, field: Field, words: Words): Promise<void> {
    if (field.kind !== 'bytes') return;
    if (message === 'attribute' && field.number === 1) words.name = await wire.text(field);
    else if (message === 'node' && field.number === 2 && words.output === '') words.output = await wire.text(field);
    else if (message === 'node' && field.number === 3) words.name = await wire.text(field);
    else if (message === 'node' && field.number === 4) words.operator = await wire.text(field);
  }

  /** Names what was found since `first` by the message around it; what a node inside has named is left alone. */
  function nameFrom(first: number, message: Message, { name, output, operator }: Words): void {
    for (let index = first; index < tensors.length; index++) {
      const tensor = tensors[index];
      if (tensor === undefined) continue;
      if (message === 'sparse') {
        if (index > first && tensor.name === '')
          tensors[index] = { ...tensor, name: `${tensors[first]?.name ?? ''}.indices` };
      } else if (message === 'attribute') {
        if (tensor.name === '') tensors[index] = { ...tensor, name: `.${name}` };
      } else if (operator === 'Constant' && output !== '') tensors[index] = { ...tensor, name: output };
      else if (tensor.name.startsWith('.')) tensors[index] = { ...tensor, name: `${output || name}${tensor.name}` };
    }
  }

  async function describe(field: Field): Promise<void> {
    const key = modelTexts.get(field.number);
    if (field.number === 1 && field.kind === 'varint') metadata['ir_version'] = String(field.value);
    else if (field.kind !== 'bytes') return;
    else if (key !== undefined) metadata[key] = await wire.text(field);
    else if (field.number === 8) await describeOperators(field);
    else if (field.number === 14) {
      const [name, value] = await readPair(wire, field);
      metadata[name] = value;
    }
  }

  async function describeOperators({ start, end }: Field): Promise<void> {
    let [domain, version] = ['', 0];
    await wire.fields(start, end, async (part) => {
      if (part.number === 1 && part.kind === 'bytes') domain = await wire.text(part);
      else if (part.number === 2) version = part.value;
    });
    metadata[domain === '' ? 'opset' : `opset ${domain}`] = String(version);
  }
}

interface Words {
  name: string;
  /** The first output of a node. */
  output: string;
  operator: string;
}

function floats({ start, end }: Field): TensorMessage {
  const count = Math.floor((end - start) / 4);
  return {
    name: '',
    type: { dtype: 'F32', bits: 32 },
    typeNumber: 1,
    shape: [count],
    payloads: [{ dtype: 'F32', start, end }],
    external: undefined,
  };
}
