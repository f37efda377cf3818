/** A FlatBuffer value that is laid out behind whoever points to it. */
export type Node =
  | { readonly bytes: Uint8Array; readonly count?: number }
  | { readonly list: readonly Node[] }
  | { readonly table: TableParts };

/** Fields of a table by their number: scalars stand inside, nodes behind. */
export type TableParts = Readonly<Record<number, Uint8Array | Node>>;

const little = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer as ArrayBuffer);
export const u8 = (value: number): Uint8Array => Uint8Array.of(value);
export const u32 = (value: number): Uint8Array => little(Uint32Array.of(value));
export const u64 = (value: number | bigint): Uint8Array => little(BigUint64Array.of(BigInt(value)));
export const text = (value: string): Node => ({ bytes: new TextEncoder().encode(value) });
export const ints = (...values: number[]): Node => ({ bytes: little(Int32Array.from(values)), count: values.length });

const identifier = Array.from('TFL3', (character) => character.charCodeAt(0));

/** A FlatBuffer with this root, laid out front to back: readers allow it, though no library writes it. */
export function flatbuffer(root: TableParts): Uint8Array {
  const out: number[] = [0, 0, 0, 0, ...identifier];
  const pad = (multiple: number): void => {
    while (out.length % multiple !== 0) out.push(0);
  };
  const point = (from: number, to: number): void => u32(to - from).forEach((byte, index) => (out[from + index] = byte));
  const place = (node: Node): number => {
    if ('table' in node) return placeTable(node.table);
    pad(4);
    const at = out.length;
    if ('bytes' in node) {
      out.push(...u32(node.count ?? node.bytes.length), ...node.bytes);
      return at;
    }
    out.push(...u32(node.list.length), ...new Uint8Array(4 * node.list.length));
    node.list.forEach((item, index) => point(at + 4 + 4 * index, place(item)));
    return at;
  };
  const placeTable = (parts: TableParts): number => {
    const fields = Object.entries(parts).map(([number, value]) => ({ number: Number(number), value }));
    const offsets: (number | undefined)[] = [];
    let inside = 8;
    for (const { number, value } of fields) {
      offsets[number] = inside;
      inside += value instanceof Uint8Array && value.length > 4 ? 8 : 4;
    }
    pad(8);
    const vtableBytes = 4 + 2 * offsets.length;
    const vtable = out.length;
    for (const word of [vtableBytes, inside, ...Array.from(offsets, (offset) => offset ?? 0)])
      out.push(word & 0xff, word >> 8);
    pad(8);
    const table = out.length;
    out.push(...u32(table - vtable), ...new Uint8Array(inside - 4));
    for (const { number, value } of fields) {
      const at = table + (offsets[number] ?? 0);
      if (value instanceof Uint8Array) value.forEach((byte, index) => (out[at + index] = byte));
      else point(at, place(value));
    }
    return table;
  };
  point(0, placeTable(root));
  return Uint8Array.from(out);
}

interface TensorParts {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: number;
  readonly buffer: number;
}

/** A model with these tensors in one subgraph each list, and these buffers behind the empty one. */
export function tfliteFile(
  subgraphs: readonly (readonly TensorParts[])[],
  buffers: readonly TableParts[],
  more: TableParts = {},
): Uint8Array {
  const graphs = subgraphs.map((tensors) => ({
    table: {
      0: {
        list: tensors.map(({ name, shape, type, buffer }) => ({
          table: { 0: ints(...shape), 1: u8(type), 2: u32(buffer), 3: text(name) },
        })),
      },
    },
  }));
  const list = [{}, ...buffers].map((table) => ({ table }));
  return flatbuffer({ 0: u32(3), 2: { list: graphs }, 3: text('made for tests'), 4: { list }, ...more });
}
