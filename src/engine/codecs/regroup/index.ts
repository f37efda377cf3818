import { z } from 'zod';
import { DamagedArchiveError, UnsupportedInputError } from '../../errors.ts';
import type { DType } from '../../tensor/dtype.ts';
import { defineCodec, type StreamShape, type Width } from '../codec.ts';

/** What raw bytes may turn out to be. */
const guesses = ['BF16', 'F16', 'F32', 'F64'] as const satisfies readonly DType[];
type Guess = (typeof guesses)[number];

const widths = { BF16: 2, F16: 2, F32: 4, F64: 8 } as const satisfies Record<Guess, Width>;
/** Below this, telling numbers from other bytes costs more than it brings. */
const fewestBytes = 1024;

/** Takes bytes for numbers of two, four or eight bytes, so that codecs for numbers can try files of unknown kind. */
export const regroup = defineCodec({
  id: 'regroup',
  title: 'Regroup',
  summary: 'Reads unknown bytes as numbers.',
  wireId: 8,
  since: 1,
  options: z.strictObject({
    as: z
      .enum(guesses)
      .default('F32')
      .meta({ title: 'Read as', description: 'The number type to take the bytes for.' }),
  }),
  accepts: (input) => input.width === 1,
  propose({ sample, dtype, depth }) {
    const isRaw = dtype === undefined && depth === 0 && sample.width === 1;
    return isRaw && sample.bytes.length >= fewestBytes ? guesses.map((as) => ({ as })) : [];
  },
  outputDTypes: ({ as }) => [as],
  decodeCost: () => 0,
  encode({ bytes, width: inputWidth }, { as }) {
    if (inputWidth !== 1)
      throw new UnsupportedInputError(`regroup takes streams of width 1, not ${inputWidth}.`, { width: inputWidth });
    const width = widths[as];
    const split = bytes.length - (bytes.length % width);
    const header = new Uint8Array(1 + bytes.length - split);
    header[0] = width;
    header.set(bytes.subarray(split), 1);
    return { header, streams: [{ bytes: bytes.subarray(0, split), width }] };
  },
  streamShapes: (header, output) => [shapeIn(header, output)],
  decode({ header, streams }, output, workspace) {
    const shape = shapeIn(header, output);
    const bytes = streams[0]?.bytes ?? new Uint8Array();
    if (bytes.length !== shape.length) throw damaged(`${bytes.length} bytes, not ${shape.length},`);
    if (header.length === 1) return bytes;
    const whole = workspace.allocate(output.length);
    whole.set(bytes);
    whole.set(header.subarray(1), bytes.length);
    return whole;
  },
});

function shapeIn(header: Uint8Array, output: StreamShape): StreamShape {
  const width = header[0];
  if (output.width !== 1 || (width !== 2 && width !== 4 && width !== 8)) throw damaged(`width ${width}`);
  const tail = output.length % width;
  if (header.length !== 1 + tail) throw damaged(`a header of ${header.length} bytes, not ${1 + tail},`);
  return { length: output.length - tail, width };
}

function damaged(found: string): DamagedArchiveError {
  return new DamagedArchiveError(`A regrouped stream has ${found} where that cannot be.`);
}
