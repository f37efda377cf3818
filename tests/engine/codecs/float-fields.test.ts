import { describe, expect, test } from 'vitest';
import { createFloatFields, floatFields } from '../../../src/engine/codecs/float-fields/index.ts';
import { referenceKernel } from '../../../src/engine/codecs/float-fields/kernel.ts';
import { UnsupportedInputError } from '../../../src/engine/errors.ts';
import { inScratch, workspace } from '../../support/codecs.ts';
import { edgeStreams, gaussians, streamOf, weights } from '../../support/streams.ts';
import { describeTwins } from './twins.ts';

describeTwins(
  floatFields,
  createFloatFields(({ bytes }) => referenceKernel(bytes)),
  [2, 4, 8],
  [3, 4, 5, 6, 7, 8].map((residualBits) => ({ residualBits })),
  8200,
);

describe('float fields', () => {
  test('of the example in the specification', () => {
    inScratch(() => {
      const bytes = Uint8Array.of(0x80, 0x3f, 0x00, 0xc0, 0x00, 0x00, 0xc1, 0x7f);
      const { header, streams } = floatFields.encode({ bytes, width: 2 }, { residualBits: 7 }, workspace);
      expect([...header]).toEqual([7, 2, 0]);
      expect(streams.map((stream) => [...stream.bytes])).toEqual([[126, 127, 0, 254], [], [0x00, 0x01, 0x00, 0x82]]);
    });
  });

  test('need no escapes for weights of ordinary spread', () => {
    inScratch(() => {
      const { stream } = weights('BF16', 5000);
      for (const residualBits of [7, 6, 5]) {
        const { streams } = floatFields.encode(stream, { residualBits }, workspace);
        expect(streams[1]?.bytes).toHaveLength(0);
      }
    });
  });

  test('find the window that covers most when values are far apart', () => {
    inScratch(() => {
      const values = gaussians(4000).map((value, at) => (at % 100 === 0 ? value * 1e-30 : value));
      const { streams } = floatFields.encode(streamOf(Float32Array.from(values)), { residualBits: 4 }, workspace);
      expect(streams[1]!.bytes.length / 2).toBeGreaterThanOrEqual(40);
      expect(streams[1]!.bytes.length / 2).toBeLessThan(60);
    });
  });

  test.each([2, 4, 8] as const)('restore special values of width %i exactly', (width) => {
    for (const { stream } of edgeStreams(width))
      inScratch(() => {
        const encoded = floatFields.encode(stream, { residualBits: 6 }, workspace);
        const decoded = floatFields.decode(encoded, { length: stream.bytes.length, width }, workspace);
        expect(Buffer.compare(decoded, stream.bytes)).toBe(0);
      });
  });

  test.each([2, 9, 7.5])('refuse %d residual bits', (residualBits) => {
    const stream = { bytes: new Uint8Array(8), width: 2 } as const;
    expect(floatFields.accepts(stream, { residualBits })).toBe(false);
    expect(() => floatFields.encode(stream, { residualBits }, workspace)).toThrow(UnsupportedInputError);
  });
});
