/** A tensor of a GGUF file as numbers; extents outermost first. */
export interface ReadTensor {
  readonly type: number;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** A reader of GGUF that shares nothing with the engine. */
export function readGguf(file: Uint8Array): {
  readonly metadata: ReadonlyMap<string, unknown>;
  readonly tensors: ReadonlyMap<string, ReadTensor>;
} {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let at = 4;
  const u32 = (): number => view.getUint32((at += 4) - 4, true);
  const u64 = (): number => Number(view.getBigUint64((at += 8) - 8, true));
  const text = (): string => {
    const length = u64();
    return new TextDecoder().decode(file.subarray(at, (at += length)));
  };
  const value = (type: number): unknown => {
    if (type === 4) return u32();
    if (type === 5) return view.getInt32((at += 4) - 4, true);
    if (type === 6) return view.getFloat32((at += 4) - 4, true);
    if (type === 7) return view.getUint8(at++) === 1;
    if (type === 8) return text();
    if (type !== 9) throw new Error(`The test reader does not know metadata of type ${type}.`);
    const item = u32();
    return Array.from({ length: u64() }, () => value(item));
  };
  if (new TextDecoder().decode(file.subarray(0, 4)) !== 'GGUF' || u32() !== 3) throw new Error('No GGUF 3.');
  const [tensorCount, pairCount] = [u64(), u64()];
  const metadata = new Map<string, unknown>();
  for (let pair = 0; pair < pairCount; pair++) {
    const key = text();
    metadata.set(key, value(u32()));
  }
  const rows = Array.from({ length: tensorCount }, () => {
    const name = text();
    const shape = Array.from({ length: u32() }, u64).reverse();
    return { name, shape, type: u32(), offset: u64() };
  });
  const start = Math.ceil(at / 32) * 32;
  const tensors = new Map<string, ReadTensor>();
  for (const { name, shape, type, offset } of rows) {
    const block = blocks[type];
    if (block === undefined || offset % 32 !== 0) throw new Error(`${name}: type ${type} at ${offset}.`);
    const values = new Float32Array(shape.reduce((product, extent) => product * extent, 1));
    for (let first = 0; first < values.length; first += block.elements)
      block.read(view, start + offset + (first / block.elements) * block.bytes, (index, number) => {
        values[first + index] = number;
      });
    tensors.set(name, { type, shape, values });
  }
  return { metadata, tensors };
}

type Put = (index: number, value: number) => void;

/** How a block of each type is read. */
export const blocks: Readonly<
  Record<number, { elements: number; bytes: number; read(view: DataView, at: number, put: Put): void }>
> = {
  0: { elements: 1, bytes: 4, read: (view, at, put) => put(0, view.getFloat32(at, true)) },
  1: { elements: 1, bytes: 2, read: (view, at, put) => put(0, view.getFloat16(at, true)) },
  2: {
    elements: 32,
    bytes: 18,
    read(view, at, put) {
      const d = view.getFloat16(at, true);
      for (let j = 0; j < 16; j++) {
        const byte = view.getUint8(at + 2 + j);
        put(j, ((byte % 16) - 8) * d);
        put(j + 16, (Math.floor(byte / 16) - 8) * d);
      }
    },
  },
  8: {
    elements: 32,
    bytes: 34,
    read(view, at, put) {
      for (let j = 0; j < 32; j++) put(j, view.getInt8(at + 2 + j) * view.getFloat16(at, true));
    },
  },
  12: {
    elements: 256,
    bytes: 144,
    read(view, at, put) {
      const [d, dmin] = [view.getFloat16(at, true), view.getFloat16(at + 2, true)];
      const s = (byte: number): number => view.getUint8(at + 4 + byte);
      for (let j = 0; j < 8; j++) {
        const scale = j < 4 ? s(j) & 63 : (s(j + 4) & 15) | ((s(j - 4) >> 6) << 4);
        const minimum = j < 4 ? s(j + 4) & 63 : (s(j + 4) >> 4) | ((s(j) >> 6) << 4);
        for (let l = 0; l < 32; l++) {
          const byte = view.getUint8(at + 16 + 32 * Math.floor(j / 2) + l);
          put(32 * j + l, d * scale * (j % 2 === 0 ? byte & 15 : byte >> 4) - dmin * minimum);
        }
      }
    },
  },
  14: {
    elements: 256,
    bytes: 210,
    read(view, at, put) {
      const d = view.getFloat16(at + 208, true);
      for (let side = 0; side < 2; side++)
        for (let l = 0; l < 32; l++) {
          const [ql, qh] = [at + 64 * side, view.getUint8(at + 128 + 32 * side + l)];
          const [one, two] = [view.getUint8(ql + l), view.getUint8(ql + 32 + l)];
          const codes = [
            (one & 15) | ((qh & 3) << 4),
            (two & 15) | (((qh >> 2) & 3) << 4),
            (one >> 4) | (((qh >> 4) & 3) << 4),
            (two >> 4) | (((qh >> 6) & 3) << 4),
          ];
          codes.forEach((code, quarter) => {
            const index = 128 * side + 32 * quarter + l;
            put(index, d * view.getInt8(at + 192 + Math.floor(index / 16)) * (code - 32));
          });
        }
    },
  },
};
