import { describe, expect, test } from 'vitest';
import { MalformedFileError } from '../../../src/engine/errors.ts';
import { coreml } from '../../../src/engine/formats/coreml/index.ts';
import { memorySource } from '../../../src/engine/io/memory-source.ts';
import { blobFile, coremlFile, innerProduct, layerOf, quantized } from '../../support/coreml.ts';
import { bytes, whole } from '../../support/onnx.ts';

const scan = (file: Uint8Array) => coreml.scan(memorySource(file, 'x'), { headerBytes: 1_000_000 });
const shortForm = async (file: Uint8Array) =>
  (await scan(file)).tensors.map(({ name, dtype, shape, offset, byteLength }) => [
    name,
    dtype,
    shape,
    [...file.subarray(offset, offset + byteLength)],
  ]);
const floats = [0, 0, 128, 63, 0, 0, 0, 64];

describe('.mlmodel', () => {
  test('weights of every kind are found by layer and parameter', async () => {
    const layers = [
      ...layerOf('dense', 140, [...bytes(20, bytes(1, floats)), ...bytes(21, bytes(2, [1, 2, 3, 4]))]),
      ...layerOf('conv', 100, [...bytes(90, quantized(8, [7, 8])), ...bytes(91, quantized(4, [9]))]),
      ...layerOf('both ways', 430, bytes(20, bytes(40, bytes(31, [5, 6])))),
      ...layerOf('act', 130, bytes(25, bytes(1, bytes(1, floats)))),
      ...layerOf('act', 130, bytes(10, [])),
      ...innerProduct('dense', floats),
    ];
    expect(await shortForm(coremlFile(500, [], layers))).toEqual([
      ['dense.weights', 'F32', [2], floats],
      ['dense.bias', 'F16', [2], [1, 2, 3, 4]],
      ['conv.weights', 'U8', [2], [7, 8]],
      ['conv.bias', 'quantized', [1], [9]],
      ['both ways.inputGateBiasVector', 'I8', [2], [5, 6]],
      ['act.PReLU.alpha', 'F32', [2], floats],
      ['dense.weights #2', 'F32', [2], floats],
    ]);
  });

  test('networks inside pipelines are found, and half an element is told by the type', async () => {
    const inner = [...coremlFile(303, [], innerProduct('w', floats.slice(1)))];
    const file = Uint8Array.from([...whole(1, 4), ...bytes(200, bytes(1, bytes(1, inner)))]);
    expect(await shortForm(file)).toEqual([['w.weights', 'F32?', [1], floats.slice(1)]]);
  });

  test('pipelines nested without end are refused', async () => {
    let inner: readonly number[] = [];
    for (let depth = 0; depth < 120; depth++) inner = bytes(202, bytes(1, inner));
    await expect(scan(Uint8Array.from(inner))).rejects.toThrow(/nested deeper than 100/);
  });
});

describe('weight.bin', () => {
  test('blobs are found with their types, called by their place', async () => {
    const file = blobFile([
      [2, floats],
      [1, [1, 2, 3]],
      [8, [9]],
      [99, []],
    ]);
    expect(coreml.detect(file.subarray(0, 64), 'Data/com.apple.CoreML/weights/weight.bin')).toBe(true);
    expect(coreml.detect(file.subarray(0, 64), 'other.bin')).toBe(false);
    expect(await shortForm(file)).toEqual([
      ['blob.64', 'F32', [2], floats],
      ['blob.192', 'F16?', [1], [1, 2, 3]],
      ['blob.320', 'I4', [2], [9]],
      ['blob.448', 'MIL_99', [0], []],
    ]);
  });

  test.each<[string, (view: DataView) => void, RegExp]>([
    ['more blobs than fit', (view) => view.setUint32(0, 5, true), /5 blobs are announced where 3/],
    ['a missing sentinel', (view) => view.setUint32(64, 1, true), /no blob at byte 64/],
    ['a place over its own header', (view) => view.setBigUint64(80, 64n, true), /outside its place/],
    ['a length near 2^64', (view) => view.setBigUint64(72, 2n ** 64n - 1n, true), /outside its place/],
  ])('%s is refused', async (_, damage, message) => {
    const file = blobFile([[2, floats]], 64);
    damage(new DataView(file.buffer));
    await expect(scan(file)).rejects.toThrow(MalformedFileError);
    await expect(scan(file)).rejects.toThrow(message);
  });
});
