import { describe, expect, test } from 'vitest';
import { MalformedFileError } from '../../../src/engine/errors.ts';
import { hdf5 } from '../../../src/engine/formats/hdf5/index.ts';
import { memorySource } from '../../../src/engine/io/memory-source.ts';
import { newerHdf5, olderHdf5 } from '../../support/hdf5.ts';

const scan = (bytes: Uint8Array) => hdf5.scan(memorySource(bytes, 'x.h5'), { headerBytes: 1_000_000 });

async function contentOf(file: Uint8Array): Promise<Record<string, unknown>> {
  const { tensors } = await scan(file);
  return Object.fromEntries(
    tensors.map(({ name, dtype, shape, offset, byteLength }) => [
      name,
      [dtype, shape, Buffer.from(file.subarray(offset, offset + byteLength)).toString('hex')],
    ]),
  );
}

const hex = (array: ArrayBufferView) => Buffer.from(array.buffer as ArrayBuffer).toString('hex');
const layers = {
  'dense/vars/kernel': ['F32', [2, 3], hex(Float32Array.of(0, 1, 2, 3, 4, 5))],
  'dense/vars/bias': ['F16', [3], '0000003c0040'],
};

test('datasets of older files: in one piece, in chunks, in groups, by several names once', async () => {
  const content = await contentOf(olderHdf5);
  const under = (name: string) => ('alias/vars/kernel' in content ? name.replace('dense', 'alias') : name);
  expect(content).toEqual({
    ...Object.fromEntries(Object.entries(layers).map(([name, value]) => [under(name), value])),
    steps: ['I64', [], hex(BigInt64Array.of(7n))],
    cut: ['I16', [2, 2], hex(Int16Array.of(0, 1, 4, 5))],
    'cut #2': ['I16', [2, 2], hex(Int16Array.of(2, 3, 6, 7))],
    big: ['F32 big-endian', [2], '000000003f800000'],
  });
  const { notices } = await scan(olderHdf5);
  expect(notices.map(({ message }) => message)).toEqual([
    'The dataset "packed" is compressed already and kept as it is.',
  ]);
});

test('datasets of newer files: links in the header, bytes in the header; a heap of links is told', async () => {
  expect(await contentOf(newerHdf5)).toEqual({ ...layers, inside: ['U8', [4], '09080706'] });
  const { notices } = await scan(newerHdf5);
  expect(notices.map(({ message }) => message)).toEqual([
    'The links of the group "many" are in a heap, where they are not looked for.',
  ]);
});

describe('is refused', () => {
  const patched = (at: number, ...values: number[]) => {
    const bytes = olderHdf5.slice();
    bytes.set(values, at);
    return bytes;
  };
  test.each<[string, Uint8Array, RegExp]>([
    ['a file without the signature', patched(0, 0), /no signature/],
    ['an unknown superblock', patched(8, 4), /version is 4; 0 to 3/],
    ['addresses of 3 bytes', patched(13, 3), /of 3 bytes; 4 and 8/],
    ['a root outside the file', patched(64, 0, 0, 0, 0, 1), /outside the file/],
    ['a root that is no object', patched(64, 0, 0), /no object header/],
    ['an empty file', new Uint8Array(0), /the signature/],
  ])('%s', async (_, bytes, message) => {
    await expect(scan(bytes)).rejects.toThrow(MalformedFileError);
    await expect(scan(bytes)).rejects.toThrow(message);
  });

  test('a tree that comes back to itself', async () => {
    const bytes = olderHdf5.slice();
    const tree = Buffer.from(bytes).indexOf('TREE');
    const view = new DataView(bytes.buffer);
    bytes[tree + 5] = 1;
    view.setUint16(tree + 6, 1, true);
    view.setBigUint64(tree + 24 + 8, BigInt(tree), true);
    await expect(scan(bytes)).rejects.toThrow(/comes back to itself/);
  });
});
