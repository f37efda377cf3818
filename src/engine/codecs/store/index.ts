import { z } from 'zod';
import { DamagedArchiveError } from '../../errors.ts';
import { defineCodec } from '../codec.ts';

/** The bytes themselves. Its header is the stream, so that storing costs one copy. */
export const store = defineCodec({
  id: 'store',
  title: 'Stored',
  summary: 'Keeps the bytes as they are.',
  wireId: 0,
  since: 1,
  options: z.strictObject({}),
  headerGrows: true,
  accepts: () => true,
  propose: () => [{}],
  decodeCost: () => 0,
  encode: (input) => ({ header: input.bytes, streams: [] }),
  streamShapes(header, output) {
    if (header.length !== output.length)
      throw new DamagedArchiveError(`A stored stream holds ${header.length} bytes; ${output.length} are expected.`, {
        found: header.length,
        expected: output.length,
      });
    return [];
  },
  decode(encoded, output) {
    this.streamShapes(encoded.header, output);
    return encoded.header;
  },
});
