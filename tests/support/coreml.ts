import { bytes, whole, type Bytes } from './onnx.ts';

/** A Core ML model whose type has this field number, with these layers and whatever else stands before them. */
export function coremlFile(type: number, before: Bytes, layers: Bytes): Uint8Array {
  return Uint8Array.from([
    ...whole(1, 4),
    ...bytes(2, bytes(100, 'made for tests')),
    ...before,
    ...bytes(type, layers),
  ]);
}

/** A layer of a network with its parameters under this field number. */
export const layerOf = (name: string, kind: number, parameters: Bytes): Bytes =>
  bytes(1, [...bytes(1, name), ...bytes(kind, parameters)]);

/** A layer with F32 weights. */
export const innerProduct = (name: string, floats: Bytes): Bytes => layerOf(name, 140, bytes(20, bytes(1, floats)));

/** WeightParams of so many bits. */
export const quantized = (bits: number, data: Bytes): Bytes => [...bytes(30, data), ...bytes(40, whole(1, bits))];

/** A `weight.bin` with these blobs, by type and bytes, and so many bytes behind the last. */
export function blobFile(blobs: readonly (readonly [number, Bytes])[], tail = 0): Uint8Array {
  const file: number[] = [blobs.length, 0, 0, 0, 2, 0, 0, 0, ...new Uint8Array(56)];
  for (const [type, data] of blobs) {
    while (file.length % 64 !== 0) file.push(0);
    const numbers = BigUint64Array.of(
      0xdeadbeefn + (BigInt(type) << 32n),
      BigInt(data.length),
      BigInt(file.length + 64),
    );
    file.push(...new Uint8Array(numbers.buffer), ...new Uint8Array(40), ...data);
  }
  return Uint8Array.from([...file, ...new Uint8Array(tail)]);
}
