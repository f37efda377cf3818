import type { Content } from '../../onnx/edit.ts';

/** A value of the metadata. Whole numbers are unsigned 32-bit, floats 32-bit. */
export type MetadataValue =
  | { readonly string: string }
  | { readonly uint: number }
  | { readonly float: number }
  | { readonly bool: boolean }
  | { readonly strings: readonly string[] }
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[] };

export interface GgufTensor {
  readonly name: string;
  /** Outermost first. */
  readonly shape: readonly number[];
  readonly type: number;
  readonly content: Content;
}

const alignment = 32;
const aligned = (size: number): number => Math.ceil(size / alignment) * alignment;

/** The bytes of a GGUF file of version 3. */
export async function* ggufFile(
  metadata: ReadonlyMap<string, MetadataValue>,
  tensors: readonly GgufTensor[],
): AsyncGenerator<Uint8Array, void, undefined> {
  const parts: Uint8Array[] = [new TextEncoder().encode('GGUF'), u32(3), u64(tensors.length), u64(metadata.size)];
  for (const [key, value] of metadata) parts.push(text(key), ...valueBytes(value));
  let offset = 0;
  for (const { name, shape, type, content } of tensors) {
    parts.push(text(name), u32(shape.length), ...shape.toReversed().map(u64), u32(type), u64(offset));
    offset = aligned(offset + content.length);
  }
  let size = 0;
  for (const part of parts) {
    size += part.length;
    yield part;
  }
  yield new Uint8Array(aligned(size) - size);
  for (const { content } of tensors) {
    yield* content.chunks();
    yield new Uint8Array(aligned(content.length) - content.length);
  }
}

function valueBytes(value: MetadataValue): readonly Uint8Array[] {
  if ('string' in value) return [u32(8), text(value.string)];
  if ('uint' in value) return [u32(4), u32(value.uint)];
  if ('float' in value) return [u32(6), new Uint8Array(Float32Array.of(value.float).buffer)];
  if ('bool' in value) return [u32(7), Uint8Array.of(value.bool ? 1 : 0)];
  if ('floats' in value)
    return [u32(9), u32(6), u64(value.floats.length), new Uint8Array(Float32Array.from(value.floats).buffer)];
  if ('ints' in value)
    return [u32(9), u32(5), u64(value.ints.length), new Uint8Array(Int32Array.from(value.ints).buffer)];
  return [u32(9), u32(8), u64(value.strings.length), ...value.strings.map(text)];
}

const u32 = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);
const u64 = (value: number): Uint8Array => new Uint8Array(BigUint64Array.of(BigInt(value)).buffer);

function text(value: string): Uint8Array {
  const bytes = new TextEncoder().encode(value);
  const all = new Uint8Array(8 + bytes.length);
  all.set(u64(bytes.length));
  all.set(bytes, 8);
  return all;
}
