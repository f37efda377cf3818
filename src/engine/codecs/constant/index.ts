import { z } from 'zod';
import { DamagedArchiveError, UnsupportedInputError } from '../../errors.ts';
import { defineCodec } from '../codec.ts';
import { isRepetition, repeat } from './kernel.ts';

/** One element, repeated. */
export const constant = defineCodec({
  id: 'constant',
  title: 'Constant',
  summary: 'Keeps one element for a stream that holds nothing else.',
  wireId: 5,
  since: 1,
  options: z.strictObject({}),
  accepts: (input) => isRepetition(input.bytes, input.width),
  propose: ({ sample }) => (isRepetition(sample.bytes, sample.width) ? [{}] : []),
  decodeCost: () => 0.05,
  encode({ bytes, width }) {
    if (!isRepetition(bytes, width))
      throw new UnsupportedInputError(`The ${bytes.length} bytes are not one element of width ${width}, repeated.`, {
        byteLength: bytes.length,
        width,
      });
    return { header: bytes.subarray(0, width), streams: [] };
  },
  streamShapes(header, output) {
    if (header.length !== output.width || output.length < output.width || output.length % output.width !== 0)
      throw new DamagedArchiveError(
        `A constant stream of ${output.length} bytes has an element of ${header.length} bytes; ${output.width} are expected.`,
        { found: header.length, expected: output.width },
      );
    return [];
  },
  decode({ header }, output, workspace) {
    this.streamShapes(header, output);
    const bytes = workspace.allocate(output.length);
    repeat(header, bytes);
    return bytes;
  },
});
