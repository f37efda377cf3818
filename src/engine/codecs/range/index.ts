import { z } from 'zod';
import { DamagedArchiveError, UnsupportedInputError } from '../../errors.ts';
import code from '../../kernels/generated/range.wasm.ts';
import { instantiate } from '../../kernels/load.ts';
import type { Workspace } from '../../kernels/workspace.ts';
import { directions } from '../../trellis/runs.ts';
import { type Codec, defineCodec, type Stream, type StreamShape } from '../codec.ts';
import { leastInside, readHeader, tellsMore, writeHeader, type RangeHeader } from './header.ts';
import type { RangeKernel } from './kernel.ts';
import {
  columnShiftOf,
  initialSet,
  longestPeriod,
  modelBytes,
  modelOf,
  places,
  setsOf,
  tables,
  type Model,
  type RangeOptions,
} from './model.ts';
import { kinds } from './shape.ts';

/** Kernels count bytes in 32 bits. */
const longestInput = 2 ** 28;

/** The codec over a given set of loops: the compiled ones, or the reference in tests. */
export function createRange(kernelOf: (workspace: Workspace) => RangeKernel): Codec<RangeOptions> {
  return defineCodec({
    id: 'range',
    title: 'Learning range coder',
    summary: 'Learns how frequent each byte is while it writes, by row and column where it knows them.',
    wireId: 11,
    since: 1,
    options: z.strictObject({
      period: z.int().min(0).max(longestPeriod).default(0).meta({
        title: 'Row length',
        description: 'Bytes of one row; 0 learns from all bytes alike, which is faster.',
      }),
      isNear: z.boolean().default(false).meta({
        title: 'Neighbours',
        description: 'Learns from the bytes before and above, as in images, and not from the row.',
      }),
      isSmooth: z.boolean().default(false).meta({
        title: 'Smooth',
        description:
          'Takes neighbouring numbers for about as frequent until it has seen much else, as of bell-shaped weights.',
      }),
      shaped: z.enum(kinds).optional().meta({
        title: 'Shape',
        description:
          'What numbers the bytes are, whose frequencies fall from the middle outwards; that is told instead of learned.',
      }),
      trellis: z.enum(directions).optional().meta({
        title: 'Trellis',
        description: 'Which way a trellis of codes goes over the rows; codes of both its grids are told apart.',
      }),
    }),
    headerGrows: true,
    isFinal: true,

    accepts,
    // Slices of a sample say nothing of rows; `../../planner/contexts.ts` tries this codec on streams in one piece.
    propose: () => [],
    decodeCost: ({ period }) => (period === 0 ? 50 : 260),

    encode(input, options, workspace) {
      if (!accepts(input))
        throw new UnsupportedInputError(
          `range codes single bytes, up to ${longestInput}; this stream has ${input.bytes.length} of width ${input.width}.`,
          { width: input.width, length: input.bytes.length },
        );
      const source = workspace.place(input.bytes);
      const model = modelOf(source, options);
      const coded = workspace.allocate(source.length);
      const mark = workspace.mark();
      const length = kernelOf(workspace).encode(
        source.byteOffset,
        source.length,
        placeModel(model, workspace),
        coded.byteOffset,
        source.length,
      );
      workspace.release(mark);
      const written = coded.subarray(0, length);
      const header = length > source.length ? new Uint8Array() : writeHeader(model, written);
      const isInside = tellsMore(model);
      const isTooShort = isInside && header.length < leastInside;
      if (length > source.length || header.length > source.length || isTooShort)
        return { header: new Uint8Array(), streams: [{ bytes: source, width: 1 }] };
      return { header, streams: isInside ? [] : [{ bytes: written, width: 1 }] };
    },

    streamShapes(header, output) {
      const found = headerFor(header, output);
      return found.kind === 'inside' ? [] : [{ length: found.length, width: 1 }];
    },

    decode({ header, streams }, output, workspace, target = workspace.allocate(output.length)) {
      const found = headerFor(header, output);
      const bytes = found.kind === 'inside' ? header.subarray(found.start) : streams[0]?.bytes;
      if (!bytes || (found.kind !== 'inside' && bytes.length !== found.length))
        throw new DamagedArchiveError('range: its stream does not have the bytes that its header says.');
      if (found.kind === 'stored') {
        target.set(bytes);
        return target;
      }
      const source = workspace.place(bytes);
      const mark = workspace.mark();
      const model = placeModel(found.model, workspace);
      const status = kernelOf(workspace).decode(
        source.byteOffset,
        source.length,
        model,
        target.byteOffset,
        target.length,
      );
      workspace.release(mark);
      if (status !== 0) throw new DamagedArchiveError('range: the stream does not end where its last symbol does.');
      return target;
    },
  });
}

function accepts({ bytes, width }: Stream): boolean {
  return width === 1 && bytes.length <= longestInput;
}

function headerFor(header: Uint8Array, { length, width }: StreamShape): RangeHeader {
  if (width !== 1 || length > longestInput)
    throw new DamagedArchiveError(`range: ${length} bytes of width ${width}; up to ${longestInput} of width 1 exist.`);
  return readHeader(header, length);
}

/** Puts a model's parameters and tables into the workspace; the address of its first byte. */
export function placeModel(model: Model, workspace: Workspace): number {
  const place = workspace.allocate(modelBytes(model));
  const view = new DataView(place.buffer, place.byteOffset, places.columns);
  view.setUint32(places.period, model.period, true);
  view.setUint32(places.low, model.low, true);
  view.setUint32(places.shift, model.shift, true);
  view.setUint32(places.flip, model.flip, true);
  view.setUint32(places.columnShift, columnShiftOf(model.period), true);
  view.setUint32(places.isNear, model.isNear ? 1 : 0, true);
  const { start, bytes } = setsOf(model);
  view.setUint32(places.sets, start, true);
  view.setUint32(places.ofParity, bytes, true);
  view.setUint32(places.trellis, model.trellis === undefined ? 0 : 1 + directions.indexOf(model.trellis), true);
  place.set(tables, places.rates);
  place.set(new Uint8Array(initialSet(model).buffer), places.initial);
  return place.byteOffset;
}

export const compiledKernel = ({ memory }: Workspace): RangeKernel =>
  instantiate(code, memory) as unknown as RangeKernel;

export const range = createRange(compiledKernel);
