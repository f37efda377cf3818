import { z } from 'zod';
import { DamagedArchiveError, UnsupportedInputError } from '../../errors.ts';
import { defineCodec, type StreamShape } from '../codec.ts';
import { readVarint, varintLength, writeVarint } from '../varint.ts';
import { foldRows, type Mirroring } from './kernel.ts';

export const longestPeriod = 2 ** 24;

/** Rows that are mirror images of themselves, as those of transforms and windows are: half of them is left. */
export const mirror = defineCodec({
  id: 'mirror',
  title: 'Mirrored rows',
  summary: 'Turns the half of each row that repeats the other from back to front to zero.',
  wireId: 12,
  since: 1,
  options: z.strictObject({
    period: z.int().min(2).max(longestPeriod).default(2).meta({ title: 'Row', description: 'Elements of a row.' }),
    alone: z
      .int()
      .min(0)
      .max(1)
      .default(0)
      .meta({ title: 'Alone', description: 'Elements at the beginning of a row that have no counterpart.' }),
  }),
  accepts: ({ bytes, width }) => bytes.length % width === 0,
  // Slices show no rows: whoever sees whole ones puts it into a tree.
  propose: () => [],
  decodeCost: () => 1,
  encode({ bytes, width }, options, workspace) {
    if (bytes.length % width !== 0)
      throw new UnsupportedInputError(`mirror takes whole elements, not ${bytes.length} bytes of width ${width}.`);
    const target = workspace.allocate(bytes.length);
    foldRows(bytes, width, options, target);
    const header = new Uint8Array(1 + varintLength(options.period));
    header[0] = options.alone;
    writeVarint(header, 1, options.period);
    return { header, streams: [{ bytes: target, width }] };
  },
  streamShapes(header, { length, width }): readonly StreamShape[] {
    readMirroring(header);
    return [{ length, width }];
  },
  decode({ header, streams }, { length, width }, workspace) {
    const [stream] = streams;
    if (stream?.bytes.length !== length) throw new DamagedArchiveError('Mirrored rows lost their stream.');
    const target = workspace.allocate(length);
    foldRows(stream.bytes, width, readMirroring(header), target);
    return target;
  },
});

function readMirroring(header: Uint8Array): Mirroring {
  const [alone] = header;
  const { value: period, end } = readVarint(header, 1, header.length);
  if ((alone !== 0 && alone !== 1) || period < 2 || period > longestPeriod || end !== header.length)
    throw new DamagedArchiveError(`Mirrored rows of ${period} elements, ${alone} of them alone.`);
  return { period, alone };
}
