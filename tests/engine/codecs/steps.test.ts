import { constants, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Width } from '../../../src/engine/codecs/codec.ts';
import { encodeTree } from '../../../src/engine/codecs/graph.ts';
import { createSteps, steps } from '../../../src/engine/codecs/steps/index.ts';
import { referenceKernel } from '../../../src/engine/codecs/steps/kernel.ts';
import { planStream } from '../../../src/engine/planner/plan.ts';
import type { DType } from '../../../src/engine/tensor/dtype.ts';
import { inScratch, workspace } from '../../support/codecs.ts';
import { randomNumbers } from '../../support/streams.ts';

const twin = createSteps(({ bytes }) => referenceKernel(bytes));

/** Each of 2, 4 and 8 bytes, from anywhere to anywhere, so that steps wrap. */
const anything = (count: number, width: Width): Uint8Array => {
  const next = randomNumbers(count);
  return Uint8Array.from({ length: count * width }, () => 256 * next());
};

describe('steps', () => {
  test.each([2, 4, 8] as const)('of width %i are the same by both kernels, and each reads the other', (width) => {
    for (const distance of [1, 2, 16])
      for (const count of [distance + 1, 40, 1000])
        inScratch(() => {
          const bytes = anything(count, width);
          const [one, other] = [steps, twin].map((codec) => codec.encode({ bytes, width }, { distance }, workspace));
          expect(Buffer.compare(one!.streams[0]!.bytes, other!.streams[0]!.bytes)).toBe(0);
          expect(one!.header).toEqual(other!.header);
          for (const codec of [steps, twin])
            expect(Buffer.compare(codec.decode(one!, { length: bytes.length, width }, workspace), bytes)).toBe(0);
        });
  });

  test('are the example of the specification', () => {
    inScratch(() => {
      const bytes = new Uint8Array(Uint16Array.of(10, 13, 12, 13).buffer);
      const { header, streams } = steps.encode({ bytes, width: 2 }, { distance: 1 }, workspace);
      expect([...header]).toEqual([1, 10, 0]);
      expect([...streams[0]!.bytes]).toEqual([6, 0, 1, 0, 2, 0]);
    });
  });
});

describe('whole numbers', () => {
  const next = randomNumbers(5);
  let at = 1_600_000_000;
  const arrays: Readonly<Record<string, readonly [DType, Uint8Array]>> = {
    'positions one after another': ['I64', bytesOf(BigInt64Array.from({ length: 5000 }, (_, place) => BigInt(place)))],
    'times that grow unevenly': [
      'I64',
      bytesOf(BigInt64Array.from({ length: 5000 }, () => BigInt((at += Math.floor(600 * next()))) * 1_000_000_000n)),
    ],
    'sorted indices': [
      'I32',
      bytesOf(Int32Array.from({ length: 9000 }, () => Math.floor(4e6 * next())).sort((one, other) => one - other)),
    ],
    'pairs of corners': [
      'I32',
      bytesOf(Int32Array.from({ length: 8000 }, (_, place) => (place % 2 === 0 ? place : 9_000_000 - 5 * place))),
    ],
  };

  test.each(Object.entries(arrays))('%s take less than the strongest general compressor needs', (_, [dtype, bytes]) => {
    const width = dtype === 'I64' ? 8 : 4;
    const peer = zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 19 } }).length;
    for (const preset of ['balanced', 'smallest'] as const) {
      const size = inScratch(() => {
        const node = planStream({ bytes, width }, dtype, preset, workspace, bytes.length);
        return encodeTree(node, { bytes, width }, workspace, new Uint8Array(bytes.length + 1));
      });
      expect(size).toBeLessThan(peer * 0.8);
    }
  });
});

function bytesOf({ buffer }: BigInt64Array | Int32Array): Uint8Array {
  return new Uint8Array(buffer);
}
