/** A reader of safetensors that shares nothing with the engine: numbers of every tensor, by name. */
export function readSafetensors(file: Uint8Array): {
  readonly tensors: ReadonlyMap<
    string,
    { readonly dtype: string; readonly shape: readonly number[]; readonly values: readonly number[] }
  >;
  readonly metadata: Readonly<Record<string, string>>;
} {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length))) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] } & Record<string, string>
  >;
  const tensors = new Map<string, { dtype: string; shape: number[]; values: number[] }>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const [begin, end] = entry.data_offsets;
    const read = readers[entry.dtype];
    if (read === undefined) throw new Error(`The test reader does not know ${entry.dtype}.`);
    const values: number[] = [];
    for (let at = begin; at < end; at += read.bytes) values.push(read.number(view, 8 + length + at));
    if (values.length !== entry.shape.reduce((product, extent) => product * extent, 1))
      throw new Error(`${name} has ${values.length} elements.`);
    tensors.set(name, { dtype: entry.dtype, shape: entry.shape, values });
  }
  return { tensors, metadata: header['__metadata__'] ?? {} };
}

const readers: Readonly<Record<string, { bytes: number; number: (view: DataView, at: number) => number }>> = {
  F32: { bytes: 4, number: (view, at) => view.getFloat32(at, true) },
  F16: { bytes: 2, number: (view, at) => view.getFloat16(at, true) },
  BF16: {
    bytes: 2,
    number(view, at) {
      const word = new DataView(new ArrayBuffer(4));
      word.setUint16(2, view.getUint16(at, true), true);
      return word.getFloat32(0, true);
    },
  },
  U8: { bytes: 1, number: (view, at) => view.getUint8(at) },
  I8: { bytes: 1, number: (view, at) => view.getInt8(at) },
  I64: { bytes: 8, number: (view, at) => Number(view.getBigInt64(at, true)) },
  F8_E4M3: {
    bytes: 1,
    number(view, at) {
      const byte = view.getUint8(at);
      const [exponent, mantissa] = [(byte >> 3) & 15, byte & 7];
      if (exponent === 15 && mantissa === 7) return NaN;
      const size = exponent === 0 ? mantissa * 2 ** -9 : (1 + mantissa / 8) * 2 ** (exponent - 7);
      return byte > 127 ? -size : size;
    },
  },
};
