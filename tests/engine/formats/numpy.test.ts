import { describe, expect, test } from 'vitest';
import { MalformedFileError } from '../../../src/engine/errors.ts';
import { numpy } from '../../../src/engine/formats/numpy/index.ts';
import { memorySource } from '../../../src/engine/io/memory-source.ts';
import { npyFile, npyHeader } from '../../support/numpy.ts';
import { storedZip } from '../../support/pytorch.ts';

const scan = (bytes: Uint8Array) => numpy.scan(memorySource(bytes, 'sample.npy'), { headerBytes: 1_000_000 });

describe('arrays', () => {
  test.each([
    ["'<f4'", '(2, 3)', false, 24, 'F32', [2, 3]],
    ["'=f4'", '(2,)', false, 8, 'F32', [2]],
    ["'<f2'", '(2, 3)', true, 12, 'F16', [3, 2]],
    ["'|b1'", '()', false, 1, 'BOOL', []],
    ["'|i1'", '(0, 4)', false, 0, 'I8', [0, 4]],
    ["'<u8'", '(2L,)', false, 16, 'U64', [2]],
    ["'<c16'", '(1,)', false, 16, 'C128', [1]],
    ["'>f4'", '(3,)', false, 12, 'F32 big-endian', [3]],
    ["'>c16'", '(2,)', false, 32, 'C128 big-endian', [2]],
    ["'>i1'", '(3,)', false, 3, '>i1', [3]],
    ["'<U3'", '(2,)', false, 24, '<U3', [2]],
    ["'|O'", '(2,)', false, 33, '|O', [2]],
    ["[('a', '<i4')]", '(2,)', false, 8, 'record', [2]],
  ] as const)('%s %s', async (descr, shape, fortran, bytes, dtype, expected) => {
    for (const version of [1, 2, 3]) {
      const header = npyHeader(descr, shape, fortran);
      const { tensors, notices } = await scan(npyFile(header, bytes, version));
      const offset = (version === 1 ? 10 : 12) + header.length;
      expect(tensors).toEqual([{ name: 'array', dtype, shape: expected, offset, byteLength: bytes }]);
      expect(notices).toEqual([]);
    }
  });

  test('bytes behind the items are told', async () => {
    const { notices } = await scan(npyFile(npyHeader("'<f4'", '(2,)'), 11));
    expect(notices[0]?.message).toBe('3 bytes follow the array "array".');
  });

  test('stored members of an .npz are read in place, compressed ones told', async () => {
    const array = npyFile(npyHeader("'<f4'", '(2,)'), new Uint8Array(8).fill(9));
    const file = storedZip({ 'w.npy': array, 'b.npy': array, 'notes.txt': new Uint8Array(3) });
    const { tensors } = await scan(file);
    expect(tensors.map(({ name }) => name)).toEqual(['w', 'b']);
    for (const { offset, byteLength } of tensors)
      expect([...file.subarray(offset, offset + byteLength)]).toEqual(Array(8).fill(9));
    const packed = await scan(storedZip({ 'w.npy': array }, 6));
    expect(packed.tensors).toEqual([]);
    expect(packed.notices[0]?.message).toMatch(/"w" is compressed/);
  });
});

describe('hostile files are refused', () => {
  test.each([
    ['an empty file', new Uint8Array(0), /does not begin as one/],
    ['only the magic word', npyFile('', 0).slice(0, 6), /does not begin as one/],
    ['version 9', npyFile(npyHeader("'<f4'", '(1,)'), 4, 9), /has the version 9/],
    ['a header longer than the file', npyFile(npyHeader("'<f4'", '(1,)'), 4).slice(0, 40), /has a header of/],
    ['no dictionary', npyFile("'shape': (1,)", 4), /header without a shape/],
    ['no shape', npyFile("{'descr': '<f4'}", 4), /header without a shape/],
    ['code for a shape', npyFile("{'descr': '<f4', 'shape': (__import__('os'),)}", 4), /header without a shape/],
    ['a negative extent', npyFile(npyHeader("'<f4'", '(-1,)'), 4), /header without a shape/],
    ['an extent above 2^53', npyFile(npyHeader("'<f4'", '(9007199254740993,)'), 4), /impossible shape/],
    ['65 extents', npyFile(npyHeader("'<f4'", `(${'1, '.repeat(65)})`), 4), /impossible shape/],
    [
      'extents whose product overflows',
      npyFile(npyHeader("'<f4'", '(9007199254740991, 9007199254740991)'), 4),
      /the file is cut short/,
    ],
    ['fewer items than the shape has', npyFile(npyHeader("'<f4'", '(2,)'), 7), /takes 8 bytes, but 7 are there/],
  ])('%s', async (_, bytes, expected) => {
    await expect(scan(bytes)).rejects.toThrow(MalformedFileError);
    await expect(scan(bytes)).rejects.toThrow(expected);
  });
});
