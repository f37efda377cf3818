import { z } from 'zod';
import { DamagedArchiveError, UnsupportedInputError } from '../../errors.ts';
import code from '../../kernels/generated/byte-planes.wasm.ts';
import { instantiate } from '../../kernels/load.ts';
import type { Workspace } from '../../kernels/workspace.ts';
import { type Codec, defineCodec, type Stream, type StreamShape } from '../codec.ts';
import type { BytePlanesKernel } from './kernel.ts';

type Options = Readonly<Record<string, never>>;

/** The codec over a given set of loops: the compiled ones, or the reference in tests. */
export function createBytePlanes(kernelOf: (workspace: Workspace) => BytePlanesKernel): Codec<Options> {
  return defineCodec({
    id: 'byte-planes',
    title: 'Byte planes',
    summary: 'Puts the first bytes of all numbers together, then all second bytes, and so on.',
    wireId: 4,
    since: 1,
    options: z.strictObject({}),

    accepts: ({ width }: Stream) => width > 1,
    propose: ({ sample }) => (sample.width > 1 ? [{}] : []),
    decodeCost: () => 0.05,

    encode({ bytes, width }, _options, workspace) {
      if (width === 1)
        throw new UnsupportedInputError('Byte planes need elements of 2, 4 or 8 bytes; these have 1.', { width });
      const count = bytes.length / width;
      const source = workspace.place(bytes);
      const planes = Array.from({ length: width }, () => workspace.allocate(count));
      kernelOf(workspace).split(source.byteOffset, count, width, ...planes.map((plane) => plane.byteOffset));
      return { header: new Uint8Array(0), streams: planes.map((plane) => ({ bytes: plane, width: 1 })) };
    },

    streamShapes(header, output) {
      return planeShapes(header, output);
    },

    decode({ header, streams }, output, workspace, target = workspace.allocate(output.length)) {
      const shapes = planeShapes(header, output);
      if (
        streams.length !== shapes.length ||
        streams.some(({ bytes }, plane) => bytes.length !== shapes[plane]?.length)
      )
        throw new DamagedArchiveError(
          `Byte planes: ${streams.length} streams of ${streams.map(({ bytes }) => bytes.length).join(', ')} bytes; ` +
            `${output.width} of ${output.length / output.width} were expected.`,
        );
      const planes = streams.map(({ bytes }) => workspace.place(bytes).byteOffset);
      kernelOf(workspace).join(target.byteOffset, output.length / output.width, output.width, ...planes);
      return target;
    },
  });
}

function planeShapes(header: Uint8Array, { length, width }: StreamShape): readonly StreamShape[] {
  if (header.length !== 0 || width === 1 || length % width !== 0)
    throw new DamagedArchiveError(
      `Byte planes: a header of ${header.length} bytes for ${length} bytes of width ${width}; ` +
        'an empty one and whole elements of 2, 4 or 8 bytes were expected.',
      { headerLength: header.length, length, width },
    );
  return Array.from({ length: width }, () => ({ length: length / width, width: 1 }));
}

export const bytePlanes = createBytePlanes(({ memory }) => instantiate(code, memory) as unknown as BytePlanesKernel);
