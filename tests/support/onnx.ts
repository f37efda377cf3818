/** Protobuf fields as bytes, to build messages that no library would write. */
export type Bytes = readonly number[];

export function varint(value: number | bigint): Bytes {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return bytes;
}

export const whole = (number: number, value: number | bigint): Bytes => [...varint(number * 8), ...varint(value)];
export const bytes = (number: number, content: Bytes | string | Uint8Array): Bytes => {
  const body = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return [...varint(number * 8 + 2), ...varint(body.length), ...body];
};

export interface TensorParts {
  readonly name?: string;
  readonly dims?: readonly (number | bigint)[];
  readonly type?: number;
  readonly raw?: Uint8Array;
  /** Other fields, already encoded. */
  readonly more?: Bytes;
}

export const tensor = ({ name = '', dims = [], type = 1, raw, more = [] }: TensorParts): Bytes => [
  ...dims.flatMap((extent) => whole(1, extent)),
  ...whole(2, type),
  ...(name === '' ? [] : bytes(8, name)),
  ...(raw === undefined ? [] : bytes(9, raw)),
  ...more,
];

/** A tensor kept in another file. */
export const externalTensor = (
  name: string,
  dims: readonly number[],
  entries: Readonly<Record<string, string>>,
): Bytes =>
  tensor({
    name,
    dims,
    more: [
      ...Object.entries(entries).flatMap(([key, value]) => bytes(13, [...bytes(1, key), ...bytes(2, value)])),
      ...whole(14, 1),
    ],
  });

export const initializer = (content: Bytes): Bytes => bytes(5, content);
export const node = (operator: string, output: string, ...attributes: Bytes[]): Bytes =>
  bytes(1, [...bytes(2, output), ...bytes(4, operator), ...attributes.flatMap((attribute) => bytes(5, attribute))]);
export const attribute = (name: string, number: number, content: Bytes): Bytes => [
  ...bytes(1, name),
  ...bytes(number, content),
];

/** A whole ONNX file with this graph and these further fields of the model. */
export function onnxFile(graph: Bytes, more: Bytes = []): Uint8Array {
  return Uint8Array.from([
    ...whole(1, 8),
    ...bytes(2, 'tests'),
    ...bytes(7, graph),
    ...bytes(8, whole(2, 17)),
    ...more,
  ]);
}
