/** Protobuf fields as bytes, and the few messages of ONNX that are written. Source: onnx.proto. */
type Bytes = Uint8Array;

/** The varint of a whole number; negative ones as 64-bit two's complement. */
export function varint(value: number): Bytes {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

export function joined(...parts: readonly Bytes[]): Bytes {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export const wholeField = (number: number, value: number): Bytes => joined(varint(number * 8), varint(value));

/** Tag and length of a field whose content follows. */
export const bytesHead = (number: number, length: number): Bytes => joined(varint(number * 8 + 2), varint(length));

export function bytesField(number: number, content: Bytes | string): Bytes {
  const body = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return joined(bytesHead(number, body.length), body);
}

/** An attribute to be written: a whole number, several, or a text. */
export type AttributeValue = number | readonly number[] | string;

const attributeTypes = { number: 2, text: 3, numbers: 7 } as const;

function attribute(name: string, value: AttributeValue): Bytes {
  const head = bytesField(1, name);
  if (typeof value === 'number') return joined(head, wholeField(3, value), wholeField(20, attributeTypes.number));
  if (typeof value === 'string') return joined(head, bytesField(4, value), wholeField(20, attributeTypes.text));
  return joined(head, ...value.map((each) => wholeField(8, each)), wholeField(20, attributeTypes.numbers));
}

/** A node to be written. */
export interface NewNode {
  readonly operator: string;
  readonly domain?: string;
  readonly name?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

/** A NodeProto as field 1 of a GraphProto. */
export function nodeField({ operator, domain = '', name, inputs, outputs, attributes = {} }: NewNode): Bytes {
  return bytesField(
    1,
    joined(
      ...inputs.map((input) => bytesField(1, input)),
      ...outputs.map((output) => bytesField(2, output)),
      bytesField(3, name ?? `${outputs[0] ?? ''}/${operator}`),
      bytesField(4, operator),
      ...Object.entries(attributes).map(([key, value]) => bytesField(5, attribute(key, value))),
      ...(domain === '' ? [] : [bytesField(7, domain)]),
    ),
  );
}

/** The AttributeProto of a name and value as field 5 of a NodeProto. */
export const attributeField = (name: string, value: AttributeValue): Bytes => bytesField(5, attribute(name, value));

/** What a TensorProto says besides its elements. `type` is a number of `TensorProto.DataType`. */
export interface NewTensor {
  readonly name: string;
  readonly type: number;
  readonly shape: readonly number[];
}

/** A TensorProto with `length` bytes of raw data as field 5 of a GraphProto: all but those bytes, which follow. */
export function initializerHead({ name, type, shape }: NewTensor, length: number): Bytes {
  const body = joined(...shape.map((extent) => wholeField(1, extent)), wholeField(2, type), bytesField(8, name));
  const raw = bytesHead(9, length);
  return joined(bytesHead(5, body.length + raw.length + length), body, raw);
}

/** A TensorProto of these few bytes as field 5 of a GraphProto. */
export const initializerField = (tensor: NewTensor, raw: Bytes): Bytes =>
  joined(initializerHead(tensor, raw.length), raw);

const externalLocation = 1;

/** A TensorProto whose elements are in the file `location`, as field 5 of a GraphProto. */
export function externalField(
  { name, type, shape }: NewTensor,
  place: { readonly location: string; readonly offset: number; readonly length: number },
): Bytes {
  const entries = Object.entries(place).map(([key, value]) =>
    bytesField(13, joined(bytesField(1, key), bytesField(2, String(value)))),
  );
  const dims = shape.map((extent) => wholeField(1, extent));
  return bytesField(
    5,
    joined(...dims, wholeField(2, type), bytesField(8, name), ...entries, wholeField(14, externalLocation)),
  );
}

/** A ValueInfoProto without type or shape, as the given field of a GraphProto (11 input, 12 output). */
export const valueField = (number: 11 | 12, name: string): Bytes => bytesField(number, bytesField(1, name));

/** An OperatorSetIdProto as field 8 of a ModelProto. */
export const opsetField = (domain: string, version: number): Bytes =>
  bytesField(8, joined(...(domain === '' ? [] : [bytesField(1, domain)]), wholeField(2, version)));

/** A StringStringEntryProto as field 14 of a ModelProto. */
export const metadataField = (key: string, value: string): Bytes =>
  bytesField(14, joined(bytesField(1, key), bytesField(2, value)));
