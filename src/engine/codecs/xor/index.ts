import { z } from 'zod';
import { DamagedArchiveError, UnsupportedInputError } from '../../errors.ts';
import type { Workspace } from '../../kernels/workspace.ts';
import { defineCodec, type Stream } from '../codec.ts';
import { combine } from './kernel.ts';

/** The bits that differ from those of a base. */
export const xor = defineCodec({
  id: 'xor',
  title: 'Bits that differ from a base',
  summary: 'Turns bits that equal those of the base model to zero.',
  wireId: 33,
  since: 2,
  options: z.strictObject({}),
  needsReference: true,
  accepts: hasReference,
  propose: ({ sample, depth, preset }) =>
    depth === 0 && hasReference(sample) && (preset !== 'quick' || sample.width === 8) ? [{}] : [],
  decodeCost: () => 0.3,
  encode(input, _options, workspace) {
    if (!hasReference(input))
      throw new UnsupportedInputError(`xor takes ${input.bytes.length} bytes and as many of a base.`);
    return {
      header: new Uint8Array(),
      streams: [{ bytes: combined(input.bytes, input, workspace), width: input.width }],
    };
  },
  streamShapes(header, { length, width, reference }) {
    if (header.length > 0 || reference?.length !== length)
      throw new DamagedArchiveError(`An xor of ${length} bytes has ${reference?.length ?? 0} bytes of a base.`);
    return [{ length, width }];
  },
  decode({ header, streams }, output, workspace) {
    const [shape] = this.streamShapes(header, output);
    const [stream] = streams;
    if (stream === undefined || streams.length !== 1 || stream.bytes.length !== shape?.length)
      throw new DamagedArchiveError('An xor lost its stream.');
    return combined(stream.bytes, output, workspace);
  },
});

function hasReference({ bytes, width, reference }: Stream): boolean {
  return bytes.length % width === 0 && reference?.length === bytes.length;
}

function combined(
  bytes: Uint8Array,
  { reference }: { readonly reference?: Uint8Array | undefined },
  workspace: Workspace,
): Uint8Array {
  const target = workspace.allocate(bytes.length);
  if (reference !== undefined) combine(bytes, reference, target);
  return target;
}
