import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { expandIndex, type CompactIndex } from '../../../src/engine/archive/compact-index.ts';
import { decodeIndex, encodeIndex, type IndexText } from '../../../src/engine/archive/index-text.ts';

const digest = (number: number): string => number.toString(16).padStart(64, '5');

/** An index of `count` tensors in two files, of which every third repeats the first. */
function indexOf(count: number): IndexText {
  const tensors = Array.from({ length: count }, (_, tensor) => tensor);
  return {
    name: 'model',
    streams: { lengths: [100, 4096, 7], widths: [1, 4, 1], codecs: ['zstd', 'float-fields(huffman)', 'store'] },
    blocks: { lengths: [60, 3000, 8], crc32s: [1, 0xffff_ffff, 77] },
    files: [
      {
        name: 'a.safetensors',
        format: 'safetensors',
        bytes: 8292,
        sha256: digest(1),
        streams: [0, 1, 1],
        starts: [0, 0, 0],
        lengths: [100, 4096, 4096],
        metadata: { about: 'digits' },
      },
      {
        name: 'b.bin',
        format: 'bytes',
        bytes: 9,
        sha256: digest(2),
        streams: [2, 0],
        starts: [0, 98],
        lengths: [7, 2],
        metadata: {},
      },
    ],
    tensors: {
      files: tensors.map(() => 0),
      names: tensors.map((tensor) => `layer.${tensor}.weight`),
      dtypes: tensors.map(() => 'F32'),
      shapes: tensors.map(() => [2, 4]),
      offsets: tensors.map((tensor) => 100 + 2100 * tensor),
      lengths: tensors.map(() => 2048),
      sha256s: tensors.map((tensor) => digest(tensor % 3 === 0 ? 3 : 10 + tensor)),
    },
  };
}

const blocksBytes = 60 + 3000 + 8;

/** The blocks' bytes do not matter but for their checksums, which come from them. */
const blocks = Uint8Array.from({ length: blocksBytes }, (_, at) => at);
const checksums = [crc32(blocks.subarray(0, 60)), crc32(blocks.subarray(60, 3060)), crc32(blocks.subarray(3060))];

function decode(bytes: Uint8Array): IndexText {
  return decodeIndex(bytes, { blocksBytes, blocks, mostText: 2 ** 24 });
}

/** What is left of an index where all blocks have one checksum. */
function withChecksums(index: IndexText): IndexText {
  return { ...index, blocks: { ...index.blocks, crc32s: checksums } };
}

const keptDigits = (bytes: number): number => (bytes < 64 ? 4 : bytes < 1024 ? 8 : bytes < 65_536 ? 16 : 64);

function withShortDigests(index: IndexText): IndexText {
  const { lengths, sha256s } = index.tensors;
  const kept = sha256s.map((sha256, tensor) => sha256.slice(0, keptDigits(lengths[tensor]!)));
  return { ...index, tensors: { ...index.tensors, sha256s: kept } };
}

describe('the index', () => {
  test.each([0, 1, 5, 3000, 40_000])('of %i tensors comes back', (count) => {
    const index = indexOf(count);
    expect(decode(encodeIndex(index))).toEqual(withShortDigests(withChecksums(index)));
  });

  test('with bases, references and approximation comes back', () => {
    const index = {
      ...indexOf(4),
      bases: [{ name: 'base', bytes: 10, sha256: digest(9) }],
      references: { streams: [1], bases: [0], offsets: [3] },
      approximation: {
        methods: [{ method: 'int', options: { bits: 4 } }],
        tensors: [1],
        methodNumbers: [0],
        relativeL2s: [0.125],
        mostErrors: [3],
        zeros: [0.5],
        sources: [digest(3), digest(4)],
      },
    };
    expect(decode(encodeIndex(index))).toEqual(withShortDigests(withChecksums(index)));
  });

  test('keeps as much of the digest of a tensor as it has bytes', () => {
    const { tensors, ...index } = indexOf(6);
    const lengths = [63, 64, 1023, 1024, 65_535, 65_536];
    const sha256s = lengths.map((_, tensor) => digest(100 + tensor));
    const decoded = decode(encodeIndex({ ...index, tensors: { ...tensors, lengths, sha256s } }));
    expect(decoded.tensors.sha256s.map(({ length }) => length)).toEqual([4, 8, 8, 16, 16, 64]);
    expect(decoded.tensors.lengths).toEqual(lengths);
  });

  test('brings back what is as it seldom is: uneven lengths, odd types, empty tensors, names that differ', () => {
    const { tensors, ...index } = indexOf(6);
    const odd: IndexText = {
      ...index,
      tensors: {
        ...tensors,
        dtypes: ['Q4_0', 'Q4_0', '', 'F32', 'F32', 'a word of 3 numbers, 999'],
        shapes: [[32], [64], [0, 5], [], [2 ** 40, 2 ** 40], [7]],
        lengths: [18, 36, 0, 4, 9, 1],
        offsets: [5, 1000, 23, 23, 40, 2 ** 50],
      },
      files: index.files.map((file) => ({ ...file, metadata: { '': 'x', __proto__x: '' } })),
    };
    expect(decode(encodeIndex(odd))).toEqual(withShortDigests(withChecksums(odd)));
  });

  test('holds each digest once and little besides for a small file', () => {
    const large = indexOf(300);
    const lengths = large.tensors.lengths.map(() => 2 ** 17);
    const repeated = { ...large, tensors: { ...large.tensors, lengths } };
    const sha256s = large.tensors.sha256s.map((_, tensor) => digest(1000 + tensor));
    const distinct = { ...large, tensors: { ...repeated.tensors, sha256s } };
    expect(encodeIndex(distinct).length - encodeIndex(repeated).length).toBeGreaterThan(90 * 32);
    const file = { ...large.files[1]!, name: 'b.json', streams: [0], starts: [0], lengths: [9] };
    const small: IndexText = {
      ...indexOf(0),
      name: file.name,
      files: [file],
      streams: { lengths: [9], widths: [1], codecs: ['text'] },
      blocks: { lengths: [9], crc32s: [1] },
    };
    expect(encodeIndex(small).length).toBeLessThan(32 + 3 + 12);
  });

  test('throws at what does not fit: another length of blocks, a text that is too long, numbers that are no counts', () => {
    const bytes = encodeIndex(indexOf(3));
    const known = { blocksBytes, blocks, mostText: 2 ** 24 };
    expect(() => decodeIndex(bytes, { ...known, blocksBytes: 3059 })).toThrow('count');
    expect(() => decodeIndex(bytes, { ...known, blocks: undefined })).toThrow('checksums');
    expect(() => decodeIndex(bytes, { ...known, mostText: 100 })).toThrow('memory budget');
    expect(() => decodeIndex(bytes.subarray(0, -1), known)).toThrow();
    const index = indexOf(3);
    for (const offsets of [
      [-101, 0, 0],
      [0.5, 1, 2],
      [2 ** 53, 0, 0],
    ])
      expect(() => decode(encodeIndex({ ...index, tensors: { ...index.tensors, offsets } }))).toThrow();
  });

  test.each([
    ['counts', { streams: { lengths: [1, -1], codecs: 'store' } }],
    ['counts', { streams: { lengths: [1, '1'], codecs: 'store' } }],
    ['counts', { streams: { lengths: 1, codecs: 'store' } }],
    ['texts', { streams: { lengths: [1], codecs: [1] } }],
    ['widths', { streams: { lengths: [1], codecs: 'store', widths: [3] } }],
    ['integers', { files: [{ lengths: [0.5] }] }],
    ['texts', { tensors: { names: ['a', null], dtypes: 'F32', shapes: [[], []] } }],
    ['shapes', { tensors: { names: ['a', 'b'], dtypes: 'F32', shapes: [[], [1, [2]]] } }],
    ['shapes', { tensors: { names: ['a'], dtypes: 'F32', shapes: [2 ** 53] } }],
  ])('whose rows are no %s is refused', (what, tables) => {
    const hostile = { name: 'x', streams: { lengths: [1], codecs: 'store' }, ...tables };
    expect(() => expandIndex(hostile as CompactIndex, 4)).toThrow(`not a column of ${what}`);
  });

  test('of 2^53 segments of two streams is refused before there is room for them', () => {
    const hostile = { name: 'x', files: [{ segments: 2 ** 53 - 1 }], streams: { lengths: [1, 1], codecs: 'store' } };
    expect(() => expandIndex(hostile, 4)).toThrow('segments');
  });
});
