import { describe, expect, test } from 'vitest';
import { MalformedFileError } from '../../../src/engine/errors.ts';
import { gguf } from '../../../src/engine/formats/gguf/index.ts';
import { blockTypes } from '../../../src/engine/formats/gguf/types.ts';
import { memorySource } from '../../../src/engine/io/memory-source.ts';
import { ggufFile, text, u32, u64, type GgufParts } from '../../support/gguf.ts';

const scan = (parts: GgufParts | Uint8Array, headerBytes = 1_000_000) =>
  gguf.scan(memorySource(parts instanceof Uint8Array ? parts : ggufFile(parts), 'sample.gguf'), { headerBytes });
const pair = (key: string, type: number, value: readonly number[]) => ({ key, type, value });
const f32 = (name: string, shape: readonly (number | bigint)[], offset: number | bigint) => ({
  name,
  shape,
  type: 0,
  offset,
});

describe('valid files', () => {
  test('one tensor of every type is found with its shape outermost first and its block length', async () => {
    let offset = 0;
    const expected = [...blockTypes].map(([type, { dtype, elements, bytes }]) => {
      const tensor = { name: `blk.${type}`, shape: [3, 2 * elements], type, offset };
      const byteLength = 6 * bytes;
      offset = Math.ceil((offset + byteLength) / 32) * 32;
      return { tensor, dtype, byteLength };
    });
    const file = ggufFile({ tensors: expected.map(({ tensor }) => tensor), data: offset });
    const { tensors, notices } = await scan(file);
    expect(notices).toEqual([]);
    expect(tensors).toEqual(
      expected.map(({ tensor: { name, shape, offset: begin }, dtype, byteLength }) => ({
        name,
        dtype,
        shape,
        offset: file.length - offset + begin,
        byteLength,
      })),
    );
  });

  test('metadata of every type is told as text, lists by their length', async () => {
    const { metadata } = await scan({
      pairs: [
        pair('general.name', 8, text('Größe')),
        pair('u8', 0, [200]),
        pair('i8', 1, [200]),
        pair('bool', 7, [1]),
        pair('f32', 6, [0, 0, 0x80, 0x3f]),
        pair('u64', 10, u64(2n ** 64n - 1n)),
        pair('words', 9, [...u32(8), ...u64(2), ...text('a'), ...text('bc')]),
        pair('numbers', 9, [...u32(4), ...u64(3), ...u32(1), ...u32(2), ...u32(3)]),
        pair('lists', 9, [...u32(9), ...u64(1), ...u32(0), ...u64(1), 7]),
        pair('__proto__', 8, text('x')),
      ],
    });
    expect(Object.entries(metadata)).toEqual([
      ['general.name', 'Größe'],
      ['u8', '200'],
      ['i8', '-56'],
      ['bool', 'true'],
      ['f32', '1'],
      ['u64', '18446744073709551615'],
      ['words', '[2]'],
      ['numbers', '[3]'],
      ['lists', '[1]'],
      ['__proto__', 'x'],
    ]);
  });

  test('the alignment of the file is kept to', async () => {
    const parts = {
      pairs: [pair('general.alignment', 4, u32(256))],
      tensors: [f32('a', [1], 0)],
      alignment: 256,
      data: 4,
    };
    expect((await scan(parts)).tensors[0]?.offset).toBe(256);
  });

  test('an unknown type and broken blocks reach to the next tensor and are told', async () => {
    const { tensors, notices } = await scan({
      tensors: [
        { name: 'new', shape: [64], type: 99, offset: 0 },
        { name: 'broken', shape: [31], type: 2, offset: 32 },
        f32('last', [2], 64),
      ],
      data: 72,
    });
    expect(tensors.map(({ dtype, byteLength }) => [dtype, byteLength])).toEqual([
      ['GGML_99', 32],
      ['Q4_0?', 32],
      ['F32', 8],
    ]);
    expect(notices[0]?.message).toMatch(/"new" has the unknown type 99.*and 1 more/);
  });

  test('bytes behind the padding of the last tensor are told', async () => {
    const { notices } = await scan({ tensors: [f32('a', [2], 0)], data: 100 });
    expect(notices[0]?.message).toBe('92 bytes follow the last tensor.');
  });
});

describe('hostile files are refused before anything is allocated', () => {
  const huge = 2n ** 63n;
  const cases: readonly (readonly [string, GgufParts, RegExp])[] = [
    ['version 1', { version: 1 }, /the version is 1/],
    ['a big-endian file', { version: 0x03000000 }, /the version is 50331648/],
    ['2^63 tensors', { tensorCount: huge }, /number of tensors is 9223372036854775808; at most 0/],
    ['2^63 metadata pairs', { pairCount: huge }, /number of metadata pairs is 9223372036854775808/],
    ['a string of 2^63 bytes', { pairs: [pair('k', 8, u64(huge))] }, /the length of metadata 0 is 9223372036854775808/],
    [
      'a list of 2^63 numbers',
      { pairs: [pair('k', 9, [...u32(0), ...u64(huge)])] },
      /length of the list metadata 0 is/,
    ],
    [
      'a list of 2^40 strings',
      { pairs: [pair('k', 9, [...u32(8), ...u64(2n ** 40n)])] },
      /length of the list metadata 0 is/,
    ],
    [
      'lists nested in lists',
      { pairs: [pair('k', 9, Array.from({ length: 50 }, () => [...u32(9), ...u64(1)]).flat())] },
      /nested deeper than 8/,
    ],
    ['an unknown metadata type', { pairs: [pair('k', 13, [])], tensors: [f32('a', [1], 0)] }, /has the type 13/],
    ['a metadata key twice', { pairs: [pair('k', 0, [1]), pair('k', 0, [1])] }, /"k" stands a second time/],
    ['an alignment of 0', { pairs: [pair('general.alignment', 4, u32(0))] }, /general\.alignment is 0/],
    ['an alignment of 48', { pairs: [pair('general.alignment', 4, u32(48))] }, /general\.alignment is 48/],
    [
      'an alignment that is text',
      { pairs: [pair('general.alignment', 8, text('32'))] },
      /general\.alignment is 32; a power/,
    ],
    ['a tensor name twice', { tensors: [f32('a', [1], 0), f32('a', [1], 32)], data: 64 }, /"a" stands a second time/],
    [
      '65 extents',
      {
        tensors: [
          f32(
            'a',
            Array.from({ length: 65 }, () => 1),
            0,
          ),
        ],
        data: 4,
      },
      /has 65 extents/,
    ],
    ['an extent of 2^63', { tensors: [f32('a', [huge], 0)], data: 4 }, /extent 0 of tensor 0 is 9223372036854775808/],
    ['extents whose product overflows', { tensors: [f32('a', [2 ** 40, 2 ** 40], 0)], data: 4 }, /outside the file/],
    ['an offset of 2^63', { tensors: [f32('a', [1], huge)], data: 4 }, /the offset of tensor 0 is/],
    ['a tensor outside the file', { tensors: [f32('a', [2], 0)], data: 7 }, /outside the file/],
    [
      'an unknown type outside the file',
      { tensors: [{ name: 'a', shape: [1], type: 99, offset: 999 }], data: 4 },
      /outside the file/,
    ],
    ['tensors that overlap', { tensors: [f32('a', [9], 0), f32('b', [1], 32)], data: 64 }, /"a" and "b" overlap/],
  ];
  test.each(cases)('%s', async (_, parts, expected) => {
    await expect(scan(parts)).rejects.toThrow(MalformedFileError);
    await expect(scan(parts)).rejects.toThrow(expected);
  });

  test('a file of another kind under the name', async () => {
    await expect(scan(new TextEncoder().encode('hello, this is no model'))).rejects.toThrow(
      /does not begin with "GGUF"/,
    );
  });

  test('a header above the limit', async () => {
    const parts = { pairs: [pair('k', 9, [...u32(0), ...u64(5000), ...new Uint8Array(5000)])] };
    await expect(scan(parts, 4096)).rejects.toThrow(/length of the list metadata 0 is 5000; at most 4055/);
    expect((await scan(parts)).metadata['k']).toBe('[5000]');
  });
});
