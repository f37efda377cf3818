import { z } from 'zod';
import { DamagedArchiveError, UnsupportedInputError } from '../../errors.ts';
import { defineCodec, type Stream, type StreamShape } from '../codec.ts';
import { guessGroupings, widths, type Grouping } from './guess.ts';

/** Takes bytes for numbers of two, four or eight bytes, so that codecs for numbers can try files of unknown kind. */
export const regroup = defineCodec({
  id: 'regroup',
  title: 'Regroup',
  summary: 'Reads unknown bytes as numbers.',
  wireId: 8,
  since: 1,
  options: z.strictObject({
    as: z
      .enum(['BF16', 'F16', 'F32', 'F64'])
      .default('F32')
      .meta({ title: 'Read as', description: 'The number type to take the bytes for.' }),
    skip: z
      .int()
      .min(0)
      .max(7)
      .default(0)
      .meta({ title: 'Skip', description: 'Bytes before the first number; fewer than a number has.' }),
  }),
  accepts,
  propose: ({ sample, dtype, depth }) =>
    dtype === undefined && depth === 0 && sample.width === 1 ? guessGroupings(sample.bytes) : [],
  outputDTypes: ({ as }) => [as],
  decodeCost: ({ skip }) => (skip === 0 ? 0 : 0.1),
  encode(input, options) {
    if (!accepts(input, options))
      throw new UnsupportedInputError(
        `regroup takes streams of width 1 and skips less than a number; this one has width ${input.width}.`,
        { width: input.width, ...options },
      );
    const { bytes } = input;
    const { as, skip } = options;
    const end = bytes.length - ((bytes.length - skip) % widths[as]);
    const header = Uint8Array.of(widths[as], skip, ...bytes.subarray(0, skip), ...bytes.subarray(end));
    return { header, streams: [{ bytes: bytes.subarray(skip, end), width: widths[as] }] };
  },
  streamShapes: (header, output) => [shapeIn(header, output)],
  decode({ header, streams }, output, workspace) {
    const shape = shapeIn(header, output);
    const skip = header[1] ?? 0;
    const bytes = streams[0]?.bytes ?? new Uint8Array();
    if (bytes.length !== shape.length) throw damaged(`${bytes.length} bytes, not ${shape.length},`);
    if (header.length === 2) return bytes;
    const whole = workspace.allocate(output.length);
    whole.set(header.subarray(2, 2 + skip));
    whole.set(bytes, skip);
    whole.set(header.subarray(2 + skip), skip + bytes.length);
    return whole;
  },
});

function accepts({ bytes, width }: Stream, { as, skip }: Grouping): boolean {
  return width === 1 && skip < widths[as] && skip <= bytes.length;
}

function shapeIn(header: Uint8Array, output: StreamShape): StreamShape {
  const [width, skip = 0] = header;
  if (output.width !== 1 || (width !== 2 && width !== 4 && width !== 8)) throw damaged(`width ${width ?? 0}`);
  if (skip >= width || skip > output.length) throw damaged(`${skip} bytes before its first number`);
  const tail = (output.length - skip) % width;
  if (header.length !== 2 + skip + tail) throw damaged(`a header of ${header.length} bytes, not ${2 + skip + tail},`);
  return { length: output.length - skip - tail, width };
}

function damaged(found: string): DamagedArchiveError {
  return new DamagedArchiveError(`A regrouped stream has ${found} where that cannot be.`);
}
