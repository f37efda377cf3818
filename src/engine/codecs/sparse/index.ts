import { z } from 'zod';
import { DamagedArchiveError, UnsupportedInputError } from '../../errors.ts';
import { defineCodec, type Stream, type StreamShape, type Width } from '../codec.ts';
import { alignElements, view16, view32 } from '../elements.ts';
import { readVarint, varintLength, writeVarint } from '../varint.ts';
import { commonElement } from './common-element.ts';
import { countOnes, join, join64, split, split64, type Elements } from './kernel.ts';

/** A smaller share costs more mask than it saves elements. Bytes need a large one: entropy coders serve them well. */
const worthwhileShare: Readonly<Record<Width, number>> = { 1: 0.5, 2: 0.05, 4: 0.05, 8: 0.05 };

/** Leaves out the most common element, usually zero, and keeps a bit for each element to say where it was. */
export const sparse = defineCodec({
  id: 'sparse',
  title: 'Sparse',
  summary: 'Leaves out the most common value, such as the zeros of a pruned model.',
  wireId: 7,
  since: 1,
  options: z.strictObject({}),
  accepts: isWhole,
  propose({ sample, depth }) {
    // Deeper down, and for the bytes of a split, entropy coders do as well.
    const isWanted = depth === 0 || (depth === 1 && sample.width > 1);
    const common = isWanted ? commonElement(sample) : undefined;
    return common !== undefined && common.share >= worthwhileShare[sample.width] ? [{}] : [];
  },
  outputDTypes: (_options, dtype) => [undefined, dtype],
  decodeCost: () => 1,
  encode(input, _options, workspace) {
    const common = isWhole(input) ? commonElement(input) : undefined;
    if (common === undefined)
      throw new UnsupportedInputError(`sparse takes one or more whole elements, not ${input.bytes.length} bytes.`);
    const { width } = input;
    const bytes = alignElements(input.bytes, width, workspace);
    const element = bytes.slice(common.place * width, (common.place + 1) * width);
    const mask = workspace.allocate(Math.ceil(bytes.length / width / 8));
    // The split writes one element ahead of what it keeps.
    const rest = workspace.allocate(bytes.length + width);
    const kept = splitStream({ bytes, width }, element, mask, rest);
    const header = new Uint8Array(width + varintLength(kept));
    header.set(element);
    writeVarint(header, width, kept);
    return {
      header,
      streams: [
        { bytes: mask, width: 1 },
        { bytes: rest.subarray(0, kept * width), width },
      ],
    };
  },
  streamShapes: (header, output) => [...shapesIn(header, output)],
  decode({ header, streams }, output, workspace) {
    const [maskShape, restShape] = shapesIn(header, output);
    const [mask, rest] = streams;
    if (mask?.bytes.length !== maskShape.length || rest?.bytes.length !== restShape.length)
      throw new DamagedArchiveError('The streams of a sparse step do not have the lengths that its header says.');
    const count = output.length / output.width;
    const common = countOnes(mask.bytes);
    const spare = (mask.bytes.at(-1) ?? 0) >> (((count - 1) & 7) + 1);
    if (spare !== 0 || count - common !== restShape.length / output.width)
      throw new DamagedArchiveError(
        `A sparse mask leaves out ${common} of ${count} elements, which does not fit its header.`,
        {
          common,
          count,
        },
      );
    const bytes = workspace.allocate(output.length);
    const dense = alignElements(rest.bytes, output.width, workspace);
    joinStream(mask.bytes, dense, header.slice(0, output.width), { bytes, width: output.width });
    return bytes;
  },
});

function isWhole({ bytes, width }: Stream): boolean {
  return bytes.length > 0 && bytes.length % width === 0;
}

function shapesIn(header: Uint8Array, { length, width }: StreamShape): readonly [StreamShape, StreamShape] {
  const count = length / width;
  const { value: kept, end } = readVarint(header, width, header.length);
  if (!Number.isInteger(count) || kept >= count || end !== header.length)
    throw new DamagedArchiveError(`A sparse header of ${header.length} bytes keeps ${kept} of ${count} elements.`, {
      kept,
      count,
    });
  return [
    { length: Math.ceil(count / 8), width: 1 },
    { length: kept * width, width },
  ];
}

function elementsOf(bytes: Uint8Array, width: 1 | 2 | 4): Elements {
  return width === 1 ? bytes : width === 2 ? view16(bytes) : view32(bytes);
}

function splitStream({ bytes, width }: Stream, element: Uint8Array, mask: Uint8Array, rest: Uint8Array): number {
  if (width !== 8) return split(elementsOf(bytes, width), numberIn(element), mask, elementsOf(rest, width));
  const [low, high] = halvesIn(element);
  return split64(view32(bytes), low, high, mask, view32(rest));
}

function joinStream(mask: Uint8Array, rest: Uint8Array, element: Uint8Array, { bytes, width }: Stream): void {
  if (width !== 8) {
    join(mask, elementsOf(rest, width), numberIn(element), elementsOf(bytes, width));
    return;
  }
  const [low, high] = halvesIn(element);
  join64(mask, view32(rest), low, high, view32(bytes));
}

function numberIn(element: Uint8Array): number {
  return element.reduceRight((number, byte) => number * 256 + byte, 0);
}

function halvesIn(element: Uint8Array): readonly [number, number] {
  return [numberIn(element.subarray(0, 4)), numberIn(element.subarray(4))];
}
