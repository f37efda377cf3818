import { z } from 'zod';
import { DamagedArchiveError, UnsupportedInputError } from '../../errors.ts';
import { defineCodec, type Stream, type Width } from '../codec.ts';
import { alignElements, view16, view32 } from '../elements.ts';
import { join, join64, largest, mostElements, split16, split32, split64 } from './kernel.ts';

/** A sample with more distinct elements than this hints at a stream with more than fit. */
const mostInSample = 64;

/** Few distinct elements: a table of them, and one byte for each element of the stream. */
export const palette = defineCodec({
  id: 'palette',
  title: 'Palette',
  summary: 'Numbers the few different values that a stream holds.',
  wireId: 6,
  since: 1,
  options: z.strictObject({}),
  accepts: (input) => split(aligned(input), new Uint8Array(elementCount(input)), mostElements) !== undefined,
  propose({ sample }) {
    if (sample.width === 1 || sample.bytes.length < 16 * sample.width) return [];
    return split(aligned(sample), new Uint8Array(elementCount(sample)), mostInSample) === undefined ? [] : [{}];
  },
  decodeCost: () => 0.6,
  encode(input, _options, workspace) {
    const indexes = workspace.allocate(elementCount(input));
    const header = split(
      { bytes: alignElements(input.bytes, input.width, workspace), width: input.width },
      indexes,
      mostElements,
    );
    if (header === undefined)
      throw new UnsupportedInputError(
        `palette takes 1 to ${mostElements} distinct elements of width 2, 4 or 8; the stream has others.`,
        { width: input.width, byteLength: input.bytes.length },
      );
    return { header, streams: [{ bytes: indexes, width: 1 }] };
  },
  streamShapes(header, output) {
    const { width, length } = output;
    const fits = width !== 1 && length > 0 && length % width === 0;
    if (!fits || header.length === 0 || header.length % width !== 0 || header.length > width * mostElements)
      throw new DamagedArchiveError(
        `A palette of ${header.length} bytes cannot stand before ${length} bytes at width ${width}.`,
        {
          found: header.length,
          width,
        },
      );
    return [{ length: length / width, width: 1 }];
  },
  decode({ header, streams }, output, workspace) {
    const count = this.streamShapes(header, output)[0]?.length;
    const indexes = streams[0]?.bytes;
    if (indexes === undefined || indexes.length !== count)
      throw new DamagedArchiveError(`A palette has ${indexes?.length ?? 0} indexes; ${count ?? 0} are expected.`);
    const found = largest(indexes);
    if (found * output.width >= header.length)
      throw new DamagedArchiveError(`A palette of ${header.length / output.width} elements has no element ${found}.`, {
        found,
      });
    const bytes = workspace.allocate(output.length);
    lookUp(indexes, alignElements(header, output.width, workspace), output, bytes);
    return bytes;
  },
});

function elementCount({ bytes, width }: Stream): number {
  return Math.floor(bytes.length / width);
}

function aligned({ bytes, width }: Stream): Stream {
  return { bytes: bytes.byteOffset % width === 0 ? bytes : bytes.slice(), width };
}

/** The table of `input`'s elements as bytes, and their numbers in `indexes`; `undefined` where palette has no business. */
function split({ bytes, width }: Stream, indexes: Uint8Array, most: number): Uint8Array | undefined {
  if (width === 1 || indexes.length === 0 || bytes.length % width !== 0) return undefined;
  const table = new Uint32Array((mostElements * Math.max(width, 4)) / 4);
  const table16 = view16(new Uint8Array(table.buffer));
  const count =
    width === 2
      ? split16(view16(bytes), indexes, table16, most)
      : width === 4
        ? split32(view32(bytes), indexes, table, most)
        : split64(view32(bytes), indexes, table, most);
  return count === undefined ? undefined : new Uint8Array(table.buffer, 0, count * width);
}

function lookUp(
  indexes: Uint8Array,
  table: Uint8Array,
  { width }: { readonly width: Width },
  target: Uint8Array,
): void {
  if (width === 2) join(indexes, view16(table), view16(target));
  else if (width === 4) join(indexes, view32(table), view32(target));
  else join64(indexes, view32(table), view32(target));
}
