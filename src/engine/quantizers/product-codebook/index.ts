import { z } from 'zod';
import { DamagedArchiveError } from '../../errors.ts';
import { countBlocks, eachBlock, perStep, shapeOf, sizesOfBlocks, stepGrowth } from '../blocks.ts';
import { joinBytes } from '../bytes.ts';
import { defineQuantizer, type PieceShape } from '../quantizer.ts';
import { runLength, type TensorStatistics } from '../statistics.ts';
import { readSteps, stepsHeaderBytes, writeSteps } from '../steps.ts';
import { learnVectors, nearestVector } from './kernel.ts';

const options = z.strictObject({
  together: z.enum(['2', '4', '8']).default('2').meta({
    title: 'Weights together',
    description: 'How many neighbours share an entry of the codebook; more of them make it smaller and worse.',
  }),
  size: z.int().min(2).max(256).default(256).meta({
    title: 'Entries',
    description: 'How many entries a codebook has.',
  }),
});

type Options = z.infer<typeof options>;

interface Parameters {
  readonly length: number;
  /** Entries of `length` numbers, one behind another. */
  readonly book: Float32Array;
}

/** A codebook pays when each of its numbers stands for so many weights. */
const leastUses = 16;

export const productCodebook = defineQuantizer<Options, Parameters>({
  id: 'product-codebook',
  title: 'Codebook of neighbours',
  summary: 'Replaces some neighbours at once by the nearest entry of a codebook, in rows that have a scale each.',
  caution:
    'Small convolutional models stop working: a text recognizer read no line as before (7.3 times smaller). It is slow.',
  wireId: 87,
  since: 2,
  options,
  ladder: [{}, { together: '4' }],
  needs: { runs: true },
  refuses: ({ columns }) => (columns < runLength ? 'its rows are too short for a codebook of neighbours' : undefined),
  finer: (given) => ({ ...given, together: '2', size: 256 }),

  plan({ columns }, statistics, { together, size }) {
    const length = Number(together);
    const entries = Math.max(2, Math.min(size, Math.floor(statistics.count / (length * leastUses))));
    return { length, book: learnVectors({ numbers: scaledRuns(statistics, columns), length }, entries) };
  },

  quantize(piece, { length, book }, workspace) {
    const shape = shapeOf(piece);
    const { header, steps, part } = writeSteps(sizesOfBlocks(piece, 0), workspace);
    const bytes = workspace.allocate(countBlocks(shape, length));
    const perRow = countVectors(shape, length);
    eachBlock(shape, length, (start, end, number) => {
      const factor = perStep(steps[Math.floor(number / perRow)]);
      bytes[number] = nearestVector(piece.values, start, factor, end - start, length, book);
    });
    return {
      header: joinBytes(Uint8Array.of(length, book.length / length - 1), header),
      parts: [
        { bytes: new Uint8Array(book.slice().buffer), width: 4, dtype: 'F32' },
        part,
        { bytes, width: 1, dtype: 'U8', rows: [perRow] },
      ],
    };
  },

  partShapes(header, shape) {
    const { length, entries } = readHeader(header);
    return [
      { length: 4 * length * entries, width: 4 },
      { length: 2 * countBlocks(shape, 0), width: 2 },
      { length: countBlocks(shape, length), width: 1 },
    ];
  },

  dequantize({ header, parts: [bookPart, stepPart, placePart] }, shape, values) {
    const { length, entries } = readHeader(header);
    const book = new Float32Array(bookPart?.bytes.slice().buffer ?? new ArrayBuffer());
    const steps = readSteps(header, 2, stepPart);
    const places = placePart?.bytes ?? new Uint8Array();
    const perRow = countVectors(shape, length);
    eachBlock(shape, length, (start, end, number) => {
      const entry = places[number] ?? 0;
      if (entry >= entries) throw new DamagedArchiveError(`A codebook of ${entries} has no entry ${entry}.`);
      const scale = steps[Math.floor(number / perRow)] ?? 0;
      for (let at = start; at < end; at++) values[at] = (book[entry * length + at - start] ?? 0) * scale;
    });
  },

  bound(piece, { length, book }) {
    const shape = shapeOf(piece);
    const sizes = sizesOfBlocks(piece, 0);
    const perRow = countVectors(shape, length);
    const bounds = new Float64Array(piece.values.length);
    const largest = book.reduce((most, number) => Math.max(most, Math.abs(number)), 0);
    eachBlock(shape, length, (start, end, number) => {
      const scale = sizes[Math.floor(number / perRow)] ?? 0;
      const entry = nearestVector(piece.values, start, perStep(scale), end - start, length, book);
      let squares = 0;
      for (let at = start; at < end; at++)
        squares += ((piece.values[at] ?? 0) - (book[entry * length + at - start] ?? 0) * scale) ** 2;
      const rounding = (stepGrowth - 1) * largest * scale * Math.sqrt(end - start);
      bounds.fill(Math.sqrt(squares) + rounding, start, end);
    });
    return { each: (place) => bounds[place] ?? 0 };
  },
});

/** Vectors of a row, or of the part of one that a piece has. */
function countVectors({ count, columns, firstColumn }: PieceShape, length: number): number {
  return Math.ceil(Math.min(columns - firstColumn, count) / length);
}

/** Runs of neighbours, divided by the size of what is known of their rows. */
function scaledRuns(
  { runs = new Float32Array(), runRows = new Uint32Array() }: TensorStatistics,
  columns: number,
): Float32Array {
  const squares = new Map<number, { sum: number; count: number }>();
  runRows.forEach((row, run) => {
    const known = squares.get(row) ?? { sum: 0, count: 0 };
    for (const number of runs.subarray(run * runLength, (run + 1) * runLength)) known.sum += number * number;
    squares.set(row, { sum: known.sum, count: known.count + runLength });
  });
  return runs.map((number, at) => {
    const { sum = 0, count = columns } = squares.get(runRows[Math.floor(at / runLength)] ?? 0) ?? {};
    return sum > 0 ? number / Math.sqrt(sum / count) : 0;
  });
}

function readHeader(header: Uint8Array): { readonly length: number; readonly entries: number } {
  const [length = 0, last = 0] = header;
  if (header.length !== 2 + stepsHeaderBytes || ![2, 4, 8].includes(length))
    throw new DamagedArchiveError(`Entries of ${length} numbers in a header of ${header.length} bytes.`);
  return { length, entries: last + 1 };
}
