import { describe, expect, test } from 'vitest';
import { MalformedFileError } from '../../../src/engine/errors.ts';
import { tflite } from '../../../src/engine/formats/tflite/index.ts';
import { memorySource } from '../../../src/engine/io/memory-source.ts';
import { tfliteFile, u64, type TableParts } from '../../support/tflite.ts';

const scan = (bytes: Uint8Array) => tflite.scan(memorySource(bytes, 'x.tflite'), { headerBytes: 1_000_000 });
const content = (length: number, first = 1) => Uint8Array.from({ length }, (_, index) => (first + index) & 0xff);
const weight = { name: 'w', shape: [2, 2], type: 0, buffer: 1 };
const data = (bytes: Uint8Array): TableParts => ({ 0: { bytes } });

test('a tensor is the bytes of its buffer, with the type and shape of the first that names it', async () => {
  const file = tfliteFile(
    [
      [
        { name: 'computed', shape: [1, 4], type: 0, buffer: 0 },
        weight,
        { name: 'b', shape: [3], type: 9, buffer: 2 },
        { name: 'packed', shape: [4], type: 17, buffer: 3 },
      ],
      [{ ...weight, name: 'w in another subgraph' }],
    ],
    [data(content(16)), data(content(3, 50)), data(content(2, 90)), data(content(7, 100))],
  );
  const { tensors, metadata, notices } = await scan(file);
  expect(tensors.map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual([
    ['w', 'F32', [2, 2]],
    ['b', 'I8', [3]],
    ['packed', 'I4', [4]],
  ]);
  const [w, b] = tensors.map(({ offset, byteLength }) => file.subarray(offset, offset + byteLength));
  expect(w).toEqual(content(16));
  expect(b).toEqual(content(3, 50));
  expect(metadata).toEqual({ version: '3', description: 'made for tests' });
  expect(notices).toEqual([]);
});

test('bytes behind the FlatBuffer are found by offset and size', async () => {
  const tables = (offset: number) => tfliteFile([[weight]], [{ 1: u64(offset), 2: u64(16) }]);
  const offset = tables(0x1234).length;
  const [tensor] = (await scan(Uint8Array.of(...tables(offset), ...content(16)))).tensors;
  expect(tensor).toMatchObject({ name: 'w', dtype: 'F32', offset, byteLength: 16 });
});

test('offset 1 stands for bytes inside', async () => {
  const file = tfliteFile([[weight]], [{ ...data(content(16)), 1: u64(1), 2: u64(1) }]);
  expect((await scan(file)).tensors).toMatchObject([{ name: 'w', byteLength: 16 }]);
});

test('a tensor whose bytes are not those of its shape is told and coded as bytes; unknown types keep a word', async () => {
  const file = tfliteFile(
    [[weight, { name: 'odd', shape: [2], type: 77, buffer: 2 }]],
    [data(content(5)), data(content(9))],
  );
  const { tensors, notices } = await scan(file);
  expect(tensors.map(({ dtype }) => dtype)).toEqual(['F32?', 'TFLITE_77']);
  expect(notices.map(({ message }) => message)).toEqual(['The tensor "w" is 5 bytes long, which F32 [2, 2] is not.']);
});

test('names that come twice get a number, and a tensor without one is called by its buffer', async () => {
  const file = tfliteFile(
    [[weight, { ...weight, buffer: 2 }, { ...weight, name: '', buffer: 3 }]],
    [data(content(16)), data(content(16)), data(content(16))],
  );
  expect((await scan(file)).tensors.map(({ name }) => name)).toEqual(['w', 'w #2', 'buffer 3']);
});

describe('is refused', () => {
  test.each<[string, Uint8Array, RegExp]>([
    ['a buffer number that is not listed', tfliteFile([[{ ...weight, buffer: 9 }]], []), /buffer 9 of 1/],
    ['a negative extent', tfliteFile([[{ ...weight, shape: [-1] }]], [data(content(4))]), /the extent -1/],
    ['a rank of 65', tfliteFile([[{ ...weight, shape: Array<number>(65).fill(1) }]], [data(content(4))]), /65 extents/],
    ['a buffer outside the file', tfliteFile([[weight]], [{ 1: u64(1000), 2: u64(16) }]), /outside the file/],
    ['a buffer size near 2^64', tfliteFile([[weight]], [{ 1: u64(8), 2: u64(2n ** 64n - 1n) }]), /outside the file/],
    [
      'a buffer over the tables',
      tfliteFile(
        [[weight, { ...weight, buffer: 2 }]],
        [
          { 1: u64(8), 2: u64(32) },
          { 1: u64(16), 2: u64(8) },
        ],
      ),
      /overlap/,
    ],
    ['a root outside the file', Uint8Array.of(0xff, 0xff, 0xff, 0x7f, 0x54, 0x46, 0x4c, 0x33), /outside the file/],
    ['nothing behind the identifier', Uint8Array.of(8, 0, 0, 0, 0x54, 0x46, 0x4c, 0x33), /byte 8/],
    ['an empty file', new Uint8Array(0), /byte 0/],
  ])('%s', async (_, bytes, message) => {
    await expect(scan(bytes)).rejects.toThrow(MalformedFileError);
    await expect(scan(bytes)).rejects.toThrow(message);
  });

  test('a list that is longer than the file, before anything is kept for it', async () => {
    const file = tfliteFile([[weight]], [data(content(16))]);
    const at = file.length - 20;
    new DataView(file.buffer).setUint32(at, 0x7fffffff, true);
    await expect(scan(file)).rejects.toThrow(/said to have 2147483647 × 1 bytes/);
  });
});
