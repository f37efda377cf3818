import type { Content } from '../../onnx/edit.ts';
import { dtypeInfo, isDType } from '../../tensor/dtype.ts';

/** A tensor of a new safetensors file. */
export interface NewTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly content: Content;
}

/** Where the data begins is a multiple of it. */
const alignment = 8;

/**
 * The tensors in an order in which each begins at a multiple of its element's size, as the safetensors library has it. Codes
 * and their scales, which stay together, are one group; the codes take a multiple of four bytes.
 */
export function inOrder(groups: readonly (readonly NewTensor[])[]): readonly NewTensor[] {
  const rank = ([first, ...more]: readonly NewTensor[]): number => {
    const bits = first === undefined || !isDType(first.dtype) ? 8 : dtypeInfo(first.dtype).bits;
    return more.length > 0 ? 32 : bits;
  };
  return groups.toSorted((one, other) => rank(other) - rank(one)).flat();
}

/** The bytes of a safetensors file: metadata first, tensors in the order given, without holes. */
export async function* safetensorsFile(
  tensors: readonly NewTensor[],
  metadata: Readonly<Record<string, string>>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const header = Object.create(null) as Record<string, unknown>;
  if (Object.keys(metadata).length > 0) header['__metadata__'] = metadata;
  let end = 0;
  for (const { name, dtype, shape, content } of tensors) {
    const begin = end;
    end += content.length;
    header[name] = { dtype, shape, data_offsets: [begin, end] };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(text.length / alignment) * alignment;
  const head = new Uint8Array(8 + padded).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(padded), true);
  head.set(text, 8);
  yield head;
  for (const { content } of tensors) yield* content.chunks();
}
