import { MalformedFileError } from '../errors.ts';
import { readTensor, readPair } from '../formats/onnx/tensor-message.ts';
import { dataTypeOf } from '../formats/onnx/types.ts';
import { openWire, type Field, type Wire } from '../formats/protobuf.ts';
import type { ByteSource } from '../io/source.ts';
import { limits } from '../limits.ts';
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValue, Opset, Span } from './graph.ts';
import { readFloat, readIntegers } from './scalars.ts';

/**
 * Reads the graph of an ONNX file: nodes with their small attributes, subgraphs, declared values, and where tensors are. No
 * element is read. Memory grows with the graph, up to the limit for headers. Throws MalformedFileError, also where there is
 * no graph.
 */
export async function readGraph(source: ByteSource, signal?: AbortSignal): Promise<OnnxModel> {
  const reader = new GraphReader(source, signal);
  return reader.model();
}

type Visit = (field: Field, span: Span) => Promise<void> | void;

class GraphReader {
  readonly #wire: Wire;
  readonly #file: string;
  readonly #signal: AbortSignal | undefined;
  readonly #graphs: OnnxGraph[] = [];

  constructor(source: ByteSource, signal: AbortSignal | undefined) {
    this.#wire = openWire(source, limits.headerBytes);
    this.#file = source.name;
    this.#signal = signal;
  }

  async model(): Promise<OnnxModel> {
    const [opsets, functions, graphs]: [Opset[], string[], OnnxGraph[]] = [[], [], []];
    const metadata = Object.create(null) as Record<string, string>;
    let [irVersion, irField]: [number, Span | undefined] = [0, undefined];
    await this.#fields(0, this.#wire.size, async (field, span) => {
      if (field.number === 1) [irVersion, irField] = [field.value, span];
      else if (field.number === 7 && graphs.length > 0) this.#wire.fail('a second graph', field.start);
      else if (field.number === 7) graphs.push(await this.#graph(span, [], undefined));
      else if (field.number === 8) opsets.push(await this.#opset(span));
      else if (field.number === 14) {
        const [key, value] = await readPair(this.#wire, field);
        metadata[key] = value;
      } else if (field.number === 25) functions.push(await this.#functionName(field));
    });
    const [graph] = graphs;
    if (graph === undefined)
      throw new MalformedFileError(`"${this.#file}": there is no graph in it, so it is no ONNX model.`, {
        file: this.#file,
      });
    const { size } = this.#wire;
    return { file: this.#file, size, irVersion, irField, opsets, graph, graphs: this.#graphs, metadata, functions };
  }

  /** Visits the fields of a message together with where their tags begin. */
  async #fields(start: number, end: number, visit: Visit): Promise<void> {
    let head = start;
    await this.#wire.fields(start, end, (field) => {
      const span = { number: field.number, head, start: field.start, end: field.end };
      head = field.end;
      return visit(field, span);
    });
  }

  async #opset(span: Span): Promise<Opset> {
    let [domain, version] = ['', 1];
    await this.#fields(span.start, span.end, async (field) => {
      if (field.number === 1) domain = await this.#wire.text(field);
      else if (field.number === 2) version = field.value;
    });
    return { domain, version, span, parents: [] };
  }

  async #functionName({ start, end }: Field): Promise<string> {
    let name = '';
    await this.#fields(start, end, async (field) => {
      if (field.number === 1) name = await this.#wire.text(field);
    });
    return name;
  }

  async #graph(span: Span, parents: readonly Span[], outer: OnnxGraph | undefined): Promise<OnnxGraph> {
    if (parents.length > limits.protobufDepth)
      this.#wire.fail(`messages nested deeper than ${limits.protobufDepth}`, span.head);
    const inside = [...parents, span];
    const graph = {
      span,
      parents,
      name: '',
      nodes: [] as OnnxNode[],
      initializers: [] as OnnxTensor[],
      inputs: [] as OnnxValue[],
      outputs: [] as OnnxValue[],
      values: [] as OnnxValue[],
      ...(outer !== undefined && { outer }),
    };
    this.#graphs.push(graph);
    const declared = new Map([
      [11, graph.inputs],
      [12, graph.outputs],
      [13, graph.values],
    ]);
    await this.#fields(span.start, span.end, async (field, inner) => {
      if (field.kind !== 'bytes') return;
      const list = declared.get(field.number);
      if (field.number === 1) graph.nodes.push(await this.#node(inner, inside, graph));
      else if (field.number === 2) graph.name = await this.#wire.text(field);
      else if (field.number === 5) graph.initializers.push(await this.#tensor(inner, inside, ''));
      else if (list !== undefined) list.push(await this.#value(inner, inside));
    });
    return graph;
  }

  async #node(span: Span, parents: readonly Span[], graph: OnnxGraph): Promise<OnnxNode> {
    this.#signal?.throwIfAborted();
    const inside = [...parents, span];
    const attributes = new Map<string, OnnxAttribute>();
    const [inputs, outputs]: [string[], string[]] = [[], []];
    let [name, operator, domain] = ['', '', ''];
    await this.#fields(span.start, span.end, async (field, inner) => {
      if (field.number === 1) inputs.push(await this.#wire.text(field));
      else if (field.number === 2) outputs.push(await this.#wire.text(field));
      else if (field.number === 3) name = await this.#wire.text(field);
      else if (field.number === 4) operator = await this.#wire.text(field);
      else if (field.number === 5) {
        const attribute = await this.#attribute(inner, inside, graph);
        attributes.set(attribute.name, attribute);
      } else if (field.number === 7) domain = await this.#wire.text(field);
    });
    const value = attributes.get('value');
    if (operator === 'Constant' && value?.tensor !== undefined)
      attributes.set('value', { ...value, tensor: { ...value.tensor, name: outputs[0] ?? '' } });
    return { name, operator, domain: domain === 'ai.onnx' ? '' : domain, inputs, outputs, attributes, span, parents };
  }

  async #attribute(span: Span, parents: readonly Span[], graph: OnnxGraph): Promise<OnnxAttribute> {
    const wire = this.#wire;
    const inside = [...parents, span];
    const [graphs, ints]: [OnnxGraph[], number[]] = [[], []];
    let name = '';
    let found: Omit<OnnxAttribute, 'name' | 'graphs' | 'span' | 'parents'> = {};
    await this.#fields(span.start, span.end, async (field, inner) => {
      const bytes = async (): Promise<Uint8Array> => (await wire.bytes(field)) ?? new Uint8Array(0);
      if (field.number === 1) name = await wire.text(field);
      else if (field.number === 2) found = { ...found, float: readFloat(await bytes()) };
      else if (field.number === 3) found = { ...found, int: readIntegers(await bytes())[0] ?? 0 };
      else if (field.number === 4) found = { ...found, text: await wire.text(field) };
      else if (field.number === 5) found = { ...found, tensor: await this.#tensor(inner, inside, '') };
      else if (field.number === 6 || field.number === 11) graphs.push(await this.#graph(inner, inside, graph));
      else if (field.number === 8) ints.push(...readIntegers(await bytes()));
    });
    return { ...found, ...(ints.length > 0 && { ints }), name, graphs, span, parents };
  }

  async #tensor(span: Span, parents: readonly Span[], called: string): Promise<OnnxTensor> {
    const { name, type, typeNumber, shape, payloads, external } = await readTensor(this.#wire, span.start, span.end);
    const tensor = { name: name === '' ? called : name, type, typeNumber, shape, span, parents };
    if (external !== undefined) {
      const location = external.get('location') ?? '';
      const [offset, length] = [Number(external.get('offset') ?? 0), external.get('length')];
      const byteLength = length === undefined ? undefined : Number(length);
      if (location === '' || !Number.isSafeInteger(offset) || offset < 0) return { ...tensor, data: { kind: 'other' } };
      return { ...tensor, data: { kind: 'external', location: location.replace(/^(\.\/)+/, ''), offset, byteLength } };
    }
    const [only] = payloads;
    const isPlain = payloads.length === 1 && only?.dtype === type.dtype;
    if (!isPlain) return { ...tensor, data: { kind: 'other' } };
    return { ...tensor, data: { kind: 'inline', offset: only.start, byteLength: only.end - only.start } };
  }

  async #value(span: Span, parents: readonly Span[]): Promise<OnnxValue> {
    let name = '';
    let type: Pick<OnnxValue, 'type' | 'shape'> = {};
    await this.#fields(span.start, span.end, async (field) => {
      if (field.number === 1) name = await this.#wire.text(field);
      else if (field.number === 2)
        await this.#fields(field.start, field.end, async (kind) => {
          if (kind.number === 1) type = await this.#tensorType(kind);
        });
    });
    return { name, ...type, span, parents };
  }

  async #tensorType({ start, end }: Field): Promise<Pick<OnnxValue, 'type' | 'shape'>> {
    let element = 0;
    let shape: (number | string | undefined)[] | undefined;
    await this.#fields(start, end, async (field) => {
      if (field.number === 1) element = field.value;
      else if (field.number === 2) {
        const extents: (number | string | undefined)[] = [];
        await this.#fields(field.start, field.end, async (dimension) => {
          if (extents.length === limits.rank) this.#wire.fail(`a value of more than ${limits.rank} extents`, start);
          extents.push(await this.#extent(dimension));
        });
        shape = extents;
      }
    });
    return { type: dataTypeOf(element), ...(shape !== undefined && { shape }) };
  }

  async #extent({ start, end }: Field): Promise<number | string | undefined> {
    let extent: number | string | undefined;
    await this.#fields(start, end, async (field) => {
      // Negative sizes are how some writers say "unknown".
      if (field.number === 1) extent = field.value < 2 ** 53 ? field.value : undefined;
      else if (field.number === 2) extent = await this.#wire.text(field);
    });
    return extent;
  }
}
