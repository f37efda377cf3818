import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalCodes } from '../../../src/engine/codecs/huffman/canonical.ts';
import { codeLengths } from '../../../src/engine/codecs/huffman/code-lengths.kernel.ts';
import { readHeader, writeHeader } from '../../../src/engine/codecs/huffman/header.ts';
import { createHuffman, huffman } from '../../../src/engine/codecs/huffman/index.ts';
import { referenceKernel } from '../../../src/engine/codecs/huffman/kernel.ts';
import { chooseTables, codedBytes } from '../../../src/engine/codecs/huffman/tables.ts';
import { inScratch, workspace } from '../../support/codecs.ts';
import { randomNumbers } from '../../support/streams.ts';
import { describeTwins } from './twins.ts';

describeTwins(
  huffman,
  createHuffman(({ bytes }) => referenceKernel(bytes)),
  [1],
  [{}],
  131079,
);

const anyCounts = fc
  .array(fc.oneof(fc.constant(0), fc.nat(9), fc.nat(2 ** 24)), { minLength: 256, maxLength: 256 })
  .filter((counts) => counts.filter((count) => count > 0).length > 1)
  .map((counts) => Uint32Array.from(counts));

const subBlock = 65536;

/** The counts of each sub-block. */
function countsOf(bytes: Uint8Array): Uint32Array[] {
  return Array.from({ length: Math.ceil(bytes.length / subBlock) }, (_, block) => {
    const counts = new Uint32Array(256);
    for (const byte of bytes.subarray(block * subBlock, (block + 1) * subBlock)) counts[byte]!++;
    return counts;
  });
}

function codedSize(bytes: Uint8Array): number {
  return inScratch(() => {
    const { header, streams } = huffman.encode({ bytes, width: 1 }, {}, workspace);
    return header.length + streams[0]!.bytes.length;
  });
}

const weighted = (counts: Uint32Array, lengths: Uint8Array) =>
  lengths.reduce((sum, length, symbol) => sum + length * counts[symbol]!, 0);

describe('code lengths', () => {
  test('are complete, at most eleven, and given to used symbols only', () => {
    fc.assert(
      fc.property(anyCounts, (counts) => {
        const lengths = codeLengths(counts);
        expect(lengths.reduce((sum, length) => sum + (length > 0 ? 2 ** -length : 0), 0)).toBe(1);
        expect(Math.max(...lengths)).toBeLessThanOrEqual(11);
        expect([...lengths].map((length) => length > 0)).toEqual([...counts].map((count) => count > 0));
      }),
    );
  });

  test('cost what an unlimited Huffman code costs where that is short enough', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 50, max: 1000 }), { minLength: 2, maxLength: 60 }), (counts) => {
        const all = Uint32Array.from({ length: 256 }, (_, symbol) => counts[symbol] ?? 0);
        expect(weighted(all, codeLengths(all))).toBe(huffmanCost(counts));
      }),
    );
  });

  test('of Fibonacci counts are cut off at eleven bits', () => {
    const counts = new Uint32Array(256);
    for (let symbol = 0; symbol < 40; symbol++)
      counts[symbol] = symbol < 2 ? 1 : counts[symbol - 1]! + counts[symbol - 2]!;
    expect(Math.max(...codeLengths(counts))).toBe(11);
  });
});

/** The cost of Huffman's own construction: the sum of all inner weights. */
function huffmanCost(counts: readonly number[]): number {
  const heap = [...counts];
  let cost = 0;
  while (heap.length > 1) {
    heap.sort((a, b) => b - a);
    const weight = heap.pop()! + heap.pop()!;
    cost += weight;
    heap.push(weight);
  }
  return cost;
}

describe('canonical codes', () => {
  test('of the example in the specification', () => {
    const lengths = new Uint8Array(256);
    lengths.set([1, 3, 3, 2], 97);
    const codes = canonicalCodes(lengths);
    expect([97, 98, 99, 100].map((symbol) => codes[symbol]! >> 6)).toEqual([0, 0b011, 0b111, 0b01]);
  });
});

describe('huffman', () => {
  test('writes the example in the specification', () => {
    inScratch(() => {
      const bytes = new TextEncoder().encode('aaaabcdd');
      const { header, streams } = huffman.encode({ bytes, width: 1 }, {}, workspace);
      expect([...header]).toEqual([2, 0, 97, 0x31, 0x23]);
      expect([...streams[0]!.bytes]).toEqual([0xb0, 0x17]);
    });
  });

  test('takes one byte for a single symbol and none for nothing', () => {
    inScratch(() => {
      for (const [length, expected] of [
        [0, 0],
        [1, 1],
        [100000, 1],
      ] as const) {
        const { header, streams } = huffman.encode({ bytes: new Uint8Array(length).fill(7), width: 1 }, {}, workspace);
        expect(header).toHaveLength(expected);
        expect(streams[0]?.bytes).toHaveLength(0);
      }
    });
  });

  test('is as large as foreseen, but for the last bytes of its parts', () => {
    const next = randomNumbers(3);
    for (const length of [2, 100, 4096, 4097, 70000, 300000]) {
      const bytes = Uint8Array.from({ length }, (_, at) => (at === 0 ? 1 : Math.min(255, -12 * Math.log(1 - next()))));
      const parts = 4 * Math.ceil(length / subBlock);
      expect(Math.abs(codedBytes(chooseTables(countsOf(bytes))!) - codedSize(bytes))).toBeLessThanOrEqual(
        length <= 4096 ? 0 : parts,
      );
    }
  });

  test('has tables of their own for parts that differ, and one where they do not', () => {
    const next = randomNumbers(7);
    const scales = [2, 9, 3, 30, 2, 2, 2, 2];
    const differing = Uint8Array.from({ length: 8 * subBlock - 9 }, (_, at) =>
      Math.min(255, -(scales[Math.floor(at / subBlock)] ?? 1) * Math.log(1 - next())),
    );
    const shuffled = differing.map((_, at) => differing[(at * 7919) % differing.length]!);
    for (const [bytes, share] of [
      [differing, 1],
      [differing.subarray(0, 2 * subBlock), 1],
      [differing.subarray(4 * subBlock), 0],
      [shuffled, 0],
    ] as const)
      expect(chooseTables(countsOf(bytes))?.share).toBe(share);
    const apart = scales.reduce(
      (sum, _, block) => sum + codedSize(differing.subarray(block * subBlock, (block + 1) * subBlock)),
      0,
    );
    expect(codedSize(differing)).toBeLessThan(apart);
    expect(codedSize(shuffled)).toBeGreaterThan(1.05 * apart);
  });
});

describe('headers', () => {
  const lengths = anyCounts.map(codeLengths);

  test('give back any code lengths, whatever their form', () => {
    fc.assert(
      fc.property(fc.array(lengths, { minLength: 1, maxLength: 4 }), fc.constantFrom(1, 2, 4), (tables, share) => {
        const isOne = tables.length === 1;
        const symbols = isOne ? 5000 : tables.length * share * subBlock - 77;
        const header = { streamLength: symbols, share: isOne ? 0 : share, tables } as const;
        expect(readHeader(writeHeader(header, symbols), symbols)).toEqual({ kind: 'coded', ...header });
      }),
    );
  });

  test('of earlier builds, by half bytes, are read as well', () => {
    // 4097 symbols, all 256 of length 8: the form of differences would be shorter.
    const header = Uint8Array.of(0x09, 0x10, 0, 0, 0, ...new Uint8Array(128).fill(0x88));
    expect(readHeader(header, 4097)).toMatchObject({ streamLength: 4105, share: 0 });
    expect(writeHeader({ streamLength: 4105, share: 0, tables: [new Uint8Array(256).fill(8)] }, 4097)).toHaveLength(37);
  });
});
