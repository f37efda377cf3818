/** A tensor table row as it is to be written; `shape` is outermost first, as the engine tells it. */
export interface GgufTensor {
  readonly name: string;
  readonly shape: readonly (number | bigint)[];
  readonly type: number;
  readonly offset: number | bigint;
}

/** A metadata pair with its value already encoded. */
export interface GgufPair {
  readonly key: string;
  readonly type: number;
  readonly value: readonly number[];
}

export interface GgufParts {
  readonly version?: number;
  readonly pairs?: readonly GgufPair[];
  readonly tensors?: readonly GgufTensor[];
  /** Written in place of the true counts. */
  readonly tensorCount?: bigint;
  readonly pairCount?: bigint;
  readonly alignment?: number;
  /** Bytes of data. */
  readonly data?: number;
}

export const u32 = (value: number): number[] => [...new Uint8Array(Uint32Array.of(value).buffer)];
export const u64 = (value: number | bigint): number[] => [...new Uint8Array(BigUint64Array.of(BigInt(value)).buffer)];
export const text = (value: string): number[] => {
  const bytes = new TextEncoder().encode(value);
  return [...u64(bytes.length), ...bytes];
};

/** A GGUF file of these parts, padded between the header and the data. */
export function ggufFile(parts: GgufParts): Uint8Array {
  const { version = 3, pairs = [], tensors = [], alignment = 32, data = 0 } = parts;
  const header = [
    ...new TextEncoder().encode('GGUF'),
    ...u32(version),
    ...u64(parts.tensorCount ?? tensors.length),
    ...u64(parts.pairCount ?? pairs.length),
    ...pairs.flatMap(({ key, type, value }) => [...text(key), ...u32(type), ...value]),
    ...tensors.flatMap(({ name, shape, type, offset }) => [
      ...text(name),
      ...u32(shape.length),
      ...shape.toReversed().flatMap(u64),
      ...u32(type),
      ...u64(offset),
    ]),
  ];
  const dataStart = data === 0 ? header.length : Math.ceil(header.length / alignment) * alignment;
  const file = new Uint8Array(dataStart + data);
  file.set(header);
  return file;
}
