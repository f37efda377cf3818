import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeAt } from '../../../src/engine/codecs/node-at.ts';
import { createRecords, records } from '../../../src/engine/codecs/records/index.ts';
import { referenceKernel } from '../../../src/engine/codecs/records/kernel.ts';
import { blockTypes } from '../../../src/engine/formats/gguf/types.ts';
import { isDType } from '../../../src/engine/tensor/dtype.ts';
import { isRecordType, recordBytes, records as layouts, type RecordType } from '../../../src/engine/tensor/record.ts';
import { detached, inScratch, workspace } from '../../support/codecs.ts';
import { randomBytes } from '../../support/streams.ts';
import { describeTwins } from './twins.ts';

const types = Object.keys(layouts) as RecordType[];

describeTwins(
  records,
  createRecords(({ bytes }) => referenceKernel(bytes)),
  [1],
  [
    { type: 'Q4_0', skip: 0 },
    { type: 'Q4_K', skip: 0 },
    { type: 'MXFP4', skip: 0 },
    { type: 'IQ3_S', skip: 0 },
  ],
  4097,
);

describe('the records of GGUF', () => {
  test('are as long as the format says', () => {
    for (const { dtype, bytes } of blockTypes.values()) {
      if (isDType(dtype)) continue;
      expect(isRecordType(dtype), dtype).toBe(true);
      if (isRecordType(dtype)) expect(recordBytes(dtype), dtype).toBe(bytes);
    }
  });

  test('come back from blocks that are cut anywhere', () => {
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.nat(3000), fc.array(fc.nat(700)), (type, length, lengths) => {
        const whole = randomBytes(length, length);
        const node = { id: 'records', options: { type, skip: 0 } };
        let start = 0;
        for (const most of lengths) {
          const bytes = whole.subarray(start, start + most);
          const options = records.options.parse(nodeAt(node, start).options);
          if (records.accepts({ bytes, width: 1 }, options))
            inScratch(() => {
              const encoded = records.encode({ bytes, width: 1 }, options, workspace);
              const [first = 0] = encoded.streams[0]?.bytes ?? [];
              const at = Math.ceil(start / recordBytes(type)) * recordBytes(type);
              if ((encoded.streams[0]?.bytes.length ?? 0) > 0) expect(first).toBe(whole[at]);
              expect([...records.decode(encoded, { length: bytes.length, width: 1 }, workspace)]).toEqual([...bytes]);
            });
          start += bytes.length;
        }
      }),
    );
  });

  test('are separated as the specification says', () => {
    const q4 = { type: 'Q4_0', skip: 1 } as const;
    const bytes = Uint8Array.from({ length: 20 }, (_, at) => at + 1);
    const { header, streams } = inScratch(() => detached(records.encode({ bytes, width: 1 }, q4, workspace)));
    expect([...header]).toEqual([2, 2, 2, 0, 1, 16, 0, 1, 0, 1, 20]);
    expect(streams.map(({ bytes: plane, width }) => [width, ...plane])).toEqual([
      [2, 2, 3],
      [1, ...bytes.subarray(3, 19)],
    ]);
  });
});
