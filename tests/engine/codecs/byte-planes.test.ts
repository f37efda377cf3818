import { describe, expect, test } from 'vitest';
import { bytePlanes, createBytePlanes } from '../../../src/engine/codecs/byte-planes/index.ts';
import { referenceKernel } from '../../../src/engine/codecs/byte-planes/kernel.ts';
import { inScratch, workspace } from '../../support/codecs.ts';
import { describeTwins } from './twins.ts';

describeTwins(
  bytePlanes,
  createBytePlanes(({ bytes }) => referenceKernel(bytes)),
  [2, 4, 8],
  [{}],
  257,
);

describe('byte planes', () => {
  test('hold the lowest bytes first', () => {
    inScratch(() => {
      const { header, streams } = bytePlanes.encode(
        { bytes: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), width: 4 },
        {},
        workspace,
      );
      expect(header).toHaveLength(0);
      expect(streams.map(({ bytes }) => [...bytes])).toEqual([
        [1, 5],
        [2, 6],
        [3, 7],
        [4, 8],
      ]);
    });
  });
});
