import { z } from 'zod';
import { DamagedArchiveError, UnsupportedInputError } from '../../errors.ts';
import code from '../../kernels/generated/steps.wasm.ts';
import { instantiate } from '../../kernels/load.ts';
import type { Workspace } from '../../kernels/workspace.ts';
import { isDType, dtypeInfo } from '../../tensor/dtype.ts';
import { type Codec, defineCodec, type Proposal, type Stream, type StreamShape } from '../codec.ts';
import type { StepsKernel } from './kernel.ts';

export interface StepsOptions {
  readonly distance: number;
}

/** The header holds as many elements as this at most. */
const farthest = 16;
/** Neighbours, and those in rows of pairs. */
const proposed = [1, 2] as const;

/** The codec over a given set of loops: the compiled ones, or the reference in tests. */
export function createSteps(kernelOf: (workspace: Workspace) => StepsKernel): Codec<StepsOptions> {
  return defineCodec({
    id: 'steps',
    title: 'Steps',
    summary: 'Writes how far each whole number is from the one before, as of positions and dates.',
    wireId: 15,
    since: 3,
    options: z.strictObject({
      distance: z.int().min(1).max(farthest).default(1).meta({
        title: 'Distance',
        description: 'How many numbers before the one is that each is compared with.',
      }),
    }),

    accepts,
    propose: (proposal) => (isWorthTrying(proposal) ? proposed.map((distance) => ({ distance })) : []),
    decodeCost: () => 0.15,

    encode(input, options, workspace) {
      if (!accepts(input, options))
        throw new UnsupportedInputError(
          `Steps need elements of 2, 4 or 8 bytes, and more than ${options.distance} of them; these are ` +
            `${input.bytes.length} bytes of width ${input.width}.`,
          { width: input.width, length: input.bytes.length },
        );
      const { bytes, width } = input;
      const { distance } = options;
      const source = workspace.place(bytes);
      const first = distance * width;
      const steps = workspace.allocate(bytes.length - first);
      kernelOf(workspace).encode(source.byteOffset, bytes.length / width, width, distance, steps.byteOffset);
      return { header: Uint8Array.of(distance, ...bytes.subarray(0, first)), streams: [{ bytes: steps, width }] };
    },

    streamShapes: (header, output) => [stepsIn(header, output)],

    decode({ header, streams }, output, workspace, target = workspace.allocate(output.length)) {
      const shape = stepsIn(header, output);
      const [steps] = streams;
      if (streams.length !== 1 || steps?.bytes.length !== shape.length)
        throw new DamagedArchiveError(`Steps: ${steps?.bytes.length ?? 0} bytes; ${shape.length} were expected.`);
      const source = workspace.place(steps.bytes);
      target.set(header.subarray(1));
      const [distance = 1] = header;
      kernelOf(workspace).decode(
        source.byteOffset,
        output.length / output.width,
        output.width,
        distance,
        target.byteOffset,
      );
      return target;
    },
  });
}

function accepts({ bytes, width }: Stream, { distance }: StepsOptions): boolean {
  return width > 1 && distance >= 1 && distance <= farthest && bytes.length > distance * width;
}

/** Whole numbers of more than a byte; of floats neighbours have nothing to do with one another. */
function isWorthTrying({ sample, dtype, depth }: Proposal): boolean {
  if (depth > 0 || sample.width === 1 || dtype === undefined || !isDType(dtype)) return false;
  return dtypeInfo(dtype).kind === 'integer' && sample.bytes.length > Math.max(...proposed) * sample.width;
}

/** The shape of the steps: one for each element but the first ones, which the header has. */
function stepsIn(header: Uint8Array, { length, width }: StreamShape): StreamShape {
  const [distance = 0] = header;
  const first = distance * width;
  if (width === 1 || distance < 1 || distance > farthest || header.length !== 1 + first || length <= first)
    throw new DamagedArchiveError(`Steps: a header of ${header.length} bytes for ${length} bytes of width ${width}.`);
  return { length: length - first, width };
}

export const steps = createSteps(({ memory }) => instantiate(code, memory) as unknown as StepsKernel);
