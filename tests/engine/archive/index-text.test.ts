import { describe, expect, test } from 'vitest';
import { decodeIndex, encodeIndex, type IndexText } from '../../../src/engine/archive/index-text.ts';
import { DamagedArchiveError } from '../../../src/engine/index.ts';

const digest = (number: number): string => number.toString(16).padStart(64, '5');

/** An index of `count` tensors in two files, of which every third repeats the first. */
function indexOf(count: number): IndexText {
  const tensors = Array.from({ length: count }, (_, tensor) => tensor);
  return {
    version: 1,
    name: 'model',
    blockBytes: 2 ** 20,
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

describe('the index', () => {
  test.each([0, 1, 5, 3000])('of %i tensors comes back', (count) => {
    const index = indexOf(count);
    const { bytes, trailer } = encodeIndex(index);
    expect(trailer.indexCoding).toBe(count > 1000 ? 'zstd' : 'text');
    expect(decodeIndex(bytes, { ...trailer, indexOffset: 16 }, 'x')).toEqual(index);
  });

  test('with bases and references comes back', () => {
    const bases = [{ name: 'base', bytes: 10, sha256: digest(9) }];
    const index = { ...indexOf(4), version: 2, bases, references: { streams: [1], bases: [0], offsets: [3] } } as const;
    const { bytes, trailer } = encodeIndex(index);
    expect(decodeIndex(bytes, { ...trailer, indexOffset: 16 }, 'x')).toEqual(index);
  });

  test('keeps eight bytes of the digest of a tensor below 1 KiB', () => {
    const { tensors, ...index } = indexOf(4);
    const lengths = [1023, 1024, 0, 1023];
    const { bytes, trailer } = encodeIndex({ ...index, tensors: { ...tensors, lengths } });
    const { sha256s } = decodeIndex(bytes, { ...trailer, indexOffset: 16 }, 'x').tensors;
    expect(sha256s).toEqual(tensors.sha256s.map((sha256, tensor) => (tensor === 1 ? sha256 : sha256.slice(0, 16))));
  });

  test('holds each digest once and little besides for a small file', () => {
    const repeated = encodeIndex({ ...indexOf(300) }).bytes.length;
    const index = indexOf(300);
    const sha256s = index.tensors.sha256s.map((_, tensor) => digest(1000 + tensor));
    const distinct = encodeIndex({ ...index, tensors: { ...index.tensors, sha256s } }).bytes.length;
    expect(distinct - repeated).toBeGreaterThan(90 * 32);
    const [, file] = index.files;
    const small = {
      ...indexOf(0),
      files: file ? [file] : [],
      streams: { lengths: [9], widths: [1], codecs: ['zstd'] },
    };
    expect(encodeIndex({ ...small, blocks: { lengths: [9], crc32s: [1] } } as IndexText).bytes.length).toBeLessThan(
      100,
    );
  });

  test('names what does not fit: a table that is too short, numbers that are no counts', () => {
    const { bytes, trailer } = encodeIndex(indexOf(3));
    for (const wrong of [
      { ...trailer, indexTextLength: trailer.indexTextLength - 1 },
      { ...trailer, indexTextLength: trailer.indexTextLength + 1 },
      { ...trailer, indexCoding: 'zstd' as const },
      { ...trailer, indexCrc32: 0 },
    ])
      expect(() => decodeIndex(bytes, { ...wrong, indexOffset: 16 }, 'x')).toThrow(DamagedArchiveError);
    const index = indexOf(3);
    for (const offsets of [
      [-101, 0, 0],
      [0.5, 1, 2],
      [2 ** 53, 0, 0],
    ]) {
      const forged = encodeIndex({ ...index, tensors: { ...index.tensors, offsets } });
      expect(() => decodeIndex(forged.bytes, { ...forged.trailer, indexOffset: 16 }, 'x')).toThrow(DamagedArchiveError);
    }
  });
});
