import { describe, expect, test } from 'vitest';
import { MalformedFileError } from '../../../src/engine/errors.ts';
import { hdf5 } from '../../../src/engine/formats/hdf5/index.ts';
import { memorySource } from '../../../src/engine/io/memory-source.ts';
import { growingHdf5, latestHdf5, newerHdf5, olderHdf5 } from '../../support/hdf5.ts';

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

test('datasets of newer files: links in the header, bytes in the header, links in a heap', async () => {
  const { inside, ...others } = await contentOf(newerHdf5);
  expect(inside).toEqual(['U8', [4], '09080706']);
  expect(others).toMatchObject(layers);
  expect((await scan(newerHdf5)).notices).toEqual([]);
});

test('datasets of the latest files: chunks alone, in an array, side by side and in a tree', async () => {
  const content = await contentOf(latestHdf5);
  for (let index = 0; index < 9; index++)
    expect(content[`w${index}`]).toEqual(['I8', [2], hex(Int8Array.of(index, index + 1))]);
  expect(content['one']).toEqual(['I16', [3, 4], hex(Int16Array.from({ length: 12 }, (_, at) => at))]);
  const chunk = (columns: number, ...corners: number[]) =>
    corners.map((at) => [at, at + 1, at + columns, at + columns + 1]);
  for (const name of ['implicit', 'tree'])
    expect([name, `${name} #2`, `${name} #3`, `${name} #4`].map((part) => content[part]).toSorted(), name).toEqual(
      chunk(4, 0, 2, 8, 10)
        .map((values) => ['I16', [2, 2], hex(Int16Array.from(values))])
        .toSorted(),
    );
  expect(content['fixed']).toEqual(['I16', [3, 4], hex(Int16Array.of(0, 1, 2, 3, 7, 8, 9, 10, 14, 15, 16, 17))]);
  expect(content['fixed #4']).toBeDefined();
  expect((await scan(latestHdf5)).notices).toEqual([]);
});

test('datasets that grow along one axis: chunks in blocks of an array, of which some were never written', async () => {
  const { tensors, notices } = await scan(growingHdf5);
  expect(notices).toEqual([]);
  const under = (name: string) => tensors.filter((tensor) => tensor.name.replace(/ #\d+$/, '') === name);
  const bytesOf = (name: string) =>
    under(name).map(({ offset, byteLength }) => [...growingHdf5.subarray(offset, offset + byteLength)]);
  expect(bytesOf('grows')).toEqual(Array.from({ length: 30 }, (_, chunk) => [2 * chunk, 0, 2 * chunk + 1, 0]));
  expect(under('grows').map(({ dtype, shape }) => [dtype, shape])).toEqual(Array(30).fill(['I16', [2]]));
  const corners = [0, 2, 4, 12, 14, 16];
  expect(bytesOf('wide').toSorted()).toEqual(corners.map((at) => [at, 0, at + 1, 0, at + 6, 0, at + 7, 0]).toSorted());
  expect(bytesOf('sparse')).toEqual([[1], [6], [1], [250]]);
  expect(bytesOf('pages')).toEqual([[3], [249]]);
  expect(under('never')).toEqual([]);
});

test.each([
  [latestHdf5, ['BTHD', 'BTLF', 'FRHP', 'FHDB', 'FAHD', 'FADB', 'OHDR'], 150],
  [growingHdf5, ['EAHD', 'EAIB', 'EASB', 'EADB', 'FADB'], 60],
])(
  'damaged trees, heaps and arrays are refused or read, and never gone through for ever',
  async (file, words, length) => {
    const places = words.flatMap((word) => {
      const at = Buffer.from(file).indexOf(word);
      return at < 0 ? [] : Array.from({ length }, (_, offset) => at + offset);
    });
    expect(places.length).toBeGreaterThan((words.length - 1) * length);
    for (const at of places)
      for (const value of [0, 1, 0x7f, 0xff]) {
        const bytes = file.slice();
        bytes[at] = value;
        const found = await scan(bytes).catch((error: unknown) => {
          expect(error).toBeInstanceOf(MalformedFileError);
          return { tensors: [] };
        });
        for (const { offset, byteLength } of found.tensors)
          expect(offset + byteLength).toBeLessThanOrEqual(bytes.length);
      }
  },
);

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
