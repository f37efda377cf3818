import { z } from 'zod';
import { readVarint, varintLength, writeVarint } from '../../codecs/varint.ts';
import { DamagedArchiveError } from '../../errors.ts';
import { countBlocks, eachBlock, perStep, shapeOf, sizesOfBlocks, stepGrowth } from '../blocks.ts';
import { joinBytes } from '../bytes.ts';
import { defineQuantizer } from '../quantizer.ts';
import { totalCount } from '../statistics.ts';
import { readSteps, stepsHeaderBytes, writeSteps } from '../steps.ts';
import { smallOption } from '../small.ts';
import { toPlaces, withBorders, type Book } from './kernel.ts';
import { learnCodebooks } from './learn.ts';

const options = z.strictObject({
  size: z.int().min(2).max(256).default(64).meta({
    title: 'Values',
    description: 'How many values a codebook has; twice as many cost about one bit more for each weight.',
  }),
  groups: z.int().min(1).max(16).default(1).meta({
    title: 'Codebooks',
    description: 'How many codebooks the rows of a tensor choose from, each made for rows that are alike.',
  }),
  scale: z.enum(['tensor', 'row']).default('row').meta({
    title: 'Scale for each',
    description: 'Whether the codebook is for the weights as they are, or each row has a scale.',
  }),
  weights: z.enum(['none', 'row', 'input']).default('none').meta({
    title: 'What counts',
    description:
      'Whether every error counts the same, or by what is large in its row where the codebook has no scales, or by what it is multiplied with where the graph tells.',
  }),
  rate: z.number().min(0).max(4).default(0).meta({
    title: 'Short codes',
    description:
      'How much the lengths of places count against the distances of weights from their values; 0 not at all. Values that are hardly taken go.',
  }),
  small: smallOption,
});

type Options = z.infer<typeof options>;

interface Parameters {
  /** One behind another, each ascending and of `size` values, and what their places cost. */
  readonly books: Float32Array;
  readonly prices: Float64Array;
  readonly size: number;
  readonly isScaled: boolean;
}

/** Rows shorter than this would not pay for a scale, unless each is an output channel: these differ too much in size. */
const leastRow = 16;

/** Values for each that others have, where errors spread furthest: three bits more. */
const finerBy = 8;

export const codebook = defineQuantizer<Options, Parameters>({
  id: 'codebook',
  title: 'Codebook',
  summary: 'Replaces each weight by the nearest of a few values, which are the best that there are for the tensor.',
  caution:
    'Small convolutional models need many values: a text recognizer read 76 of 100 lines as before with 64 of them (5.6 times smaller), 77 with the grid (7.1 times); the grid is smaller and nearer.',
  wireId: 80,
  since: 2,
  options,
  ladder: [{ size: 256 }, {}, { size: 16 }, { size: 8 }, { size: 4 }],
  needs: { sample: true, inputs: true },
  finer: (given) => ({ ...given, size: Math.min(256, given.size * finerBy) }),

  plan(geometry, statistics, { size: asked, groups, scale, weights, rate, small }, told) {
    if (told && 'books' in told) return { ...told, prices: new Float64Array(told.books.length), isScaled: false };
    const size = totalCount(statistics) <= small ? Math.min(256, asked * finerBy) : asked;
    const isScaled = scale === 'row' && (geometry.channels === 'rows' || geometry.columns >= leastRow);
    const books = learnCodebooks(geometry, statistics, { size, groups, isScaled, weights, rate });
    return {
      books: Float32Array.from(books.flatMap(({ values }) => [...values])),
      prices: Float64Array.from(books.flatMap(({ prices }) => [...prices])),
      ...{ size: books[0]?.values.length ?? 1, isScaled },
    };
  },

  quantize(piece, { books, prices, size, isScaled }, workspace) {
    const shape = shapeOf(piece);
    const choices = booksOf(books, prices, size);
    const steps = isScaled ? writeSteps(sizesOfBlocks(piece, 0), workspace) : undefined;
    const ids = new Uint8Array(countBlocks(shape, 0));
    const places = workspace.allocate(piece.values.length);
    const tried = choices.length > 1 ? workspace.allocate(piece.values.length) : places;
    eachBlock(shape, 0, (start, end, row) => {
      const factor = steps ? perStep(steps.steps[row]) : 1;
      let least = Infinity;
      choices.forEach((book, id) => {
        const loss = toPlaces(piece.values, start, end, factor, book, tried);
        if (loss >= least && id > 0) return;
        least = loss;
        ids[row] = id;
        if (tried !== places) places.set(tried.subarray(start, end), start);
      });
    });
    const outliers: number[] = [];
    eachBlock(shape, 0, (start, end, row) => {
      const { values: book } = choices[ids[row] ?? 0] ?? { values: books };
      const factor = steps ? perStep(steps.steps[row]) : 1;
      const [least, most] = reachOf(book);
      for (let at = start; at < end; at++) {
        const value = (piece.values[at] ?? 0) * factor;
        if (value < least || value > most) outliers.push(at);
      }
    });
    const counts = new Uint8Array(2 + varintLength(choices.length) + varintLength(outliers.length));
    counts.set([isScaled ? 1 : 0, size - 1]);
    writeVarint(counts, writeVarint(counts, 2, choices.length), outliers.length);
    const standing = Uint32Array.from(outliers);
    const exact = Float32Array.from(outliers, (at) => piece.values[at] ?? 0);
    return {
      header: joinBytes(counts, steps?.header ?? new Uint8Array()),
      parts: [
        { bytes: new Uint8Array(books.buffer, books.byteOffset, books.byteLength), width: 4, dtype: 'F32' },
        { bytes: new Uint8Array(standing.buffer), width: 4, dtype: 'U32' },
        { bytes: new Uint8Array(exact.buffer), width: 4, dtype: 'F32' },
        ...(steps ? [steps.part] : []),
        ...(choices.length > 1 ? [{ bytes: ids, width: 1, dtype: 'U8' } as const] : []),
        { bytes: places, width: 1, dtype: 'U8', rows: [piece.columns] },
      ],
    };
  },

  partShapes(header, shape) {
    const { isScaled, size, groups, outliers } = readHeader(header);
    const rows = countBlocks(shape, 0);
    if (outliers > shape.count) throw new DamagedArchiveError(`${outliers} of ${shape.count} weights stand out.`);
    return [
      { length: 4 * size * groups, width: 4 },
      { length: 4 * outliers, width: 4 },
      { length: 4 * outliers, width: 4 },
      ...(isScaled ? [{ length: 2 * rows, width: 2 } as const] : []),
      ...(groups > 1 ? [{ length: rows, width: 1 } as const] : []),
      { length: shape.count, width: 1 },
    ];
  },

  dequantize({ header, parts }, shape, values) {
    const { isScaled, size, groups, stepsAt } = readHeader(header);
    const wordsOf = (part: number): ArrayBuffer => Uint8Array.from(parts[part]?.bytes ?? []).buffer;
    const all = new Float32Array(wordsOf(0));
    const books = Array.from({ length: groups }, (_, id) => all.subarray(id * size, (id + 1) * size));
    const steps = isScaled ? readSteps(header, stepsAt, parts[3]) : undefined;
    const ids = groups > 1 ? parts[isScaled ? 4 : 3]?.bytes : undefined;
    const places = parts.at(-1)?.bytes ?? new Uint8Array();
    eachBlock(shape, 0, (start, end, row) => {
      const book = books[ids?.[row] ?? 0];
      if (book === undefined) throw new DamagedArchiveError(`A row has codebook ${ids?.[row]} of ${books.length}.`);
      const scale = steps?.[row] ?? 1;
      for (let at = start; at < end; at++) {
        const value = book[places[at] ?? 0];
        if (value === undefined) throw new DamagedArchiveError(`A codebook of ${size} has no value ${places[at]}.`);
        values[at] = value * scale;
      }
    });
    const exact = new Float32Array(wordsOf(2));
    new Uint32Array(wordsOf(1)).forEach((at, place) => {
      if (at >= shape.count) throw new DamagedArchiveError(`Weight ${at} of ${shape.count} stands out.`);
      values[at] = exact[place] ?? 0;
    });
  },

  bound(piece, { books, prices, size, isScaled }) {
    const bounds = new Float64Array(piece.values.length);
    const sizes = sizesOfBlocks(piece, 0);
    const choices = booksOf(books, prices, size);
    eachBlock(shapeOf(piece), 0, (start, end, row) => {
      const scale = isScaled ? (sizes[row] ?? 0) : 1;
      for (let at = start; at < end; at++)
        bounds[at] = Math.max(...choices.map((book) => farthest(book, piece.values[at] ?? 0, scale, isScaled)));
    });
    return { each: (place) => bounds[place] ?? 0 };
  },
});

function booksOf(books: Float32Array, prices: Float64Array, size: number): Book[] {
  return Array.from({ length: Math.floor(books.length / size) }, (_, id) =>
    withBorders(books.subarray(id * size, (id + 1) * size), prices.subarray(id * size, (id + 1) * size)),
  );
}

/** What lies farther beyond the ends than the values there are apart stands out, and is kept exactly. */
function reachOf(book: Float32Array): readonly [number, number] {
  const [first = 0, second = 0] = book;
  const [before = 0, last = 0] = book.slice(-2);
  return book.length < 4 || first === last ? [-Infinity, Infinity] : [2 * first - second, 2 * last - before];
}

/**
 * How far the value that is taken may be: the nearest or, where places have prices, any of those around the number. Scales are
 * stored up to 2.2 % larger.
 */
function farthest({ values, prices }: Book, value: number, scale: number, isScaled: boolean): number {
  const away = values.map((choice) => Math.abs(value - choice * scale));
  const isPriced = prices.some((price) => price > 0);
  const around = [1, isScaled ? stepGrowth : 1].flatMap((growth) => {
    const above = values.findIndex((choice) => choice * scale * growth >= value);
    return above < 0 ? [values.length - 1] : [above, Math.max(0, above - 1)];
  });
  const farther = isPriced
    ? Math.max(...around.map((place) => away[place] ?? 0))
    : away.reduce((least, one) => Math.min(least, one), Infinity);
  const largest = Math.max(-(values[0] ?? 0), values.at(-1) ?? 0);
  return isScaled ? farther + (stepGrowth - 1) * largest * scale : farther;
}

function readHeader(header: Uint8Array) {
  const { value: groups, end } = readVarint(header, 2, header.length);
  const { value: outliers, end: stepsAt } = readVarint(header, end, header.length);
  const isScaled = header[0] === 1;
  const isKnown = (header[0] ?? 255) <= 1 && groups >= 1 && groups <= 16;
  if (!isKnown || header.length !== stepsAt + (isScaled ? stepsHeaderBytes : 0))
    throw new DamagedArchiveError(`${groups} codebooks of kind ${header[0]} in a header of ${header.length} bytes.`);
  return { isScaled, size: (header[1] ?? 0) + 1, groups, outliers, stepsAt };
}
