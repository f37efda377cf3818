import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalize, weightsOf } from '../../../src/engine/codecs/rans/frequencies.ts';
import { createRans, rans } from '../../../src/engine/codecs/rans/index.ts';
import { referenceKernel } from '../../../src/engine/codecs/rans/kernel.ts';
import { isSkewed } from '../../../src/engine/codecs/rans/skew.ts';
import { inScratch, workspace } from '../../support/codecs.ts';
import { gaussians } from '../../support/streams.ts';
import { describeTwins } from './twins.ts';

describeTwins(
  rans,
  createRans(({ bytes }) => referenceKernel(bytes)),
  [1],
  [{}],
  131079,
);

function codedBytes(bytes: Uint8Array): number {
  return inScratch(() => {
    const { header, streams } = rans.encode({ bytes, width: 1 }, {}, workspace);
    return header.length + (streams[0]?.bytes.length ?? 0);
  });
}

function entropyBytes(bytes: Uint8Array): number {
  const counts = new Map<number, number>();
  for (const byte of bytes) counts.set(byte, (counts.get(byte) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits += count * Math.log2(bytes.length / count);
  return bits / 8;
}

describe('rans', () => {
  test('comes within a per cent of the entropy of quantized weights, table included', () => {
    for (const [count, deviation, allowed] of [
      [20_000, 20, 1.01],
      [200_000, 20, 1.002],
      [200_000, 4, 1.002],
      [200_000, 0.3, 1.005],
    ] as const) {
      const bytes = Uint8Array.from(gaussians(count, deviation), (value) => Math.max(0, Math.min(255, 128 + value)));
      expect(codedBytes(bytes) / entropyBytes(bytes), `${count} of ${deviation}`).toBeLessThan(allowed);
    }
  });

  test('has frequencies for all symbols and none besides, whatever the counts', () => {
    const someCounts = fc
      .array(fc.oneof(fc.constant(0), fc.nat(3), fc.nat(1000), fc.nat(2 ** 28)), { minLength: 256, maxLength: 256 })
      .filter((counts) => counts.filter((count) => count > 0).length > 1);
    fc.assert(
      fc.property(someCounts, fc.integer({ min: 0, max: 14 }), (counts, mantissaBits) => {
        const weights = weightsOf(Uint32Array.from(counts), mantissaBits);
        const frequencies = normalize(weights);
        expect(frequencies.reduce((sum, frequency) => sum + frequency, 0)).toBe(2 ** 14);
        expect([...frequencies].map((frequency) => frequency > 0)).toEqual(counts.map((count) => count > 0));
        expect(Math.max(...weights)).toBeLessThan(2 ** 15);
      }),
      { numRuns: 300 },
    );
  });

  test('makes frequencies of any weights that a forged header can hold', () => {
    const someWeights = fc
      .array(fc.oneof(fc.constant(0), fc.constantFrom(1, 2, 3), fc.nat(2 ** 15 - 1)), {
        minLength: 256,
        maxLength: 256,
      })
      .filter((weights) => weights.filter((weight) => weight > 0).length > 1);
    fc.assert(
      fc.property(someWeights, (weights) => {
        const frequencies = normalize(Uint16Array.from(weights));
        expect(frequencies.reduce((sum, frequency) => sum + frequency, 0)).toBe(2 ** 14);
        expect([...frequencies].map((frequency) => frequency > 0)).toEqual(weights.map((weight) => weight > 0));
      }),
    );
  });
});

test('isSkewed sees a value that is most of the bytes, but not all', () => {
  const mostly = (share: number) => new Uint8Array(20_000).map((_, at) => (at % 100 < 100 * share ? 7 : at));
  expect(isSkewed(mostly(0.8))).toBe(true);
  expect(isSkewed(mostly(0.4))).toBe(false);
  expect(isSkewed(mostly(1))).toBe(false);
  expect(isSkewed(new Uint8Array())).toBe(false);
});
