import { z } from 'zod';
import { DamagedArchiveError } from '../../errors.ts';
import { countBlocks, eachBlock, shapeOf } from '../blocks.ts';
import { float32Bytes, joinBytes, readFloat32 } from '../bytes.ts';
import { codeShapes, readCodes, writeCodes } from '../codes.ts';
import { defineQuantizer, type PieceShape } from '../quantizer.ts';
import { mostSketchRows } from '../sketch.ts';
import { greatest } from '../statistics.ts';
import { leadingDirections } from './directions.ts';
import { fromDirections, toDirections } from './kernel.ts';

const options = z.strictObject({
  energy: z.number().min(0.05).max(1).default(0.95).meta({
    title: 'Energy',
    description: 'The share of the energy of the weights that the directions shall have, as far as there are enough.',
  }),
  rank: z
    .int()
    .min(1)
    .max(mostSketchRows)
    .default(mostSketchRows)
    .meta({ title: 'Rank', description: 'The most directions that a tensor gets.' }),
  step: z.number().min(0.001).max(4).default(0.25).meta({
    title: 'Step',
    description: 'Lines of an even grid for the coefficients, in standard deviations of the weights.',
  }),
});

interface Parameters {
  /** Directions of whole rows, in parts of {@link unit}, one behind another. */
  readonly directions: Int16Array;
  readonly step: number;
}

/** What the entries of directions are told in. */
const unit = 1 / 32767;
/** Rows longer than this would make the directions larger than what they save, for each piece has them. */
const longestRow = 1024;
/** Codes stay below 2^24, which single precision tells apart: rows are at most 32 times as long as their largest number. */
const leastShare = 2 ** -18;
const mostStep = 3.4e38;

export const lowRank = defineQuantizer<z.infer<typeof options>, Parameters>({
  id: 'low-rank',
  title: 'Few directions',
  summary: 'Says rows of weights as sums of the few directions in which most of the energy of the tensor lies.',
  caution:
    'Trained weights have energy in nearly all directions, so that most models stop working; it is for layers that were made of low rank.',
  wireId: 74,
  since: 2,
  options,
  ladder: [{ rank: 64 }, { rank: 32 }, { rank: 16 }],
  needs: { sketch: true },
  refuses: ({ rows, columns }) =>
    columns > longestRow || columns < 16 || rows < 16
      ? 'its rows are too few, too short or too long for directions'
      : undefined,
  finer: (given) => ({ ...given, energy: 1, rank: mostSketchRows }),

  plan({ rows, columns }, statistics, { energy, rank, step }) {
    const size = Math.sqrt(statistics.squares / Math.max(1, statistics.count));
    const least = greatest(statistics) * leastShare;
    const sketch = statistics.sketch ?? new Float64Array(columns);
    const found = leadingDirections(sketch, columns, energy, Math.min(rank, rows, columns));
    return {
      directions: Int16Array.from(found, (entry) => Math.round(entry / unit)),
      step: Math.fround(Math.min(mostStep, Math.max(step * size, least))) || 1,
    };
  },

  quantize(piece, { directions, step }, workspace) {
    const shape = shapeOf(piece);
    const own = ownColumns(directions, shape);
    const width = widthOf(shape);
    const rank = own.length / width;
    const codes = new Int32Array(countBlocks(shape, 0) * rank);
    const basis = Float64Array.from(own, (entry) => entry * unit);
    eachBlock(shape, 0, (start, _end, row) => {
      toDirections(piece.values, start, width, basis, step, codes, row * rank);
    });
    const { header, parts } = writeCodes(codes, workspace, rank);
    return {
      header: joinBytes(Uint8Array.of(rank), float32Bytes(step), header),
      parts: [{ bytes: new Uint8Array(own.buffer), width: 2, dtype: 'I16' }, ...parts],
    };
  },

  partShapes(header, shape) {
    const { rank } = readHeader(header);
    const { shapes, end } = codeShapes(header, 5, countBlocks(shape, 0) * rank);
    if (end !== header.length)
      throw new DamagedArchiveError(`A header of ${header.length} bytes where ${end} are needed.`);
    return [{ length: 2 * rank * widthOf(shape), width: 2 }, ...shapes];
  },

  dequantize({ header, parts: [directions, ...parts] }, shape, values, workspace) {
    const { rank, step } = readHeader(header);
    const codes = readCodes(header, 5, parts, workspace);
    const entries = new Int16Array(directions?.bytes.slice().buffer ?? new ArrayBuffer());
    const basis = Float64Array.from(entries, (entry) => entry * unit);
    eachBlock(shape, 0, (start, _end, row) => {
      fromDirections(codes, row * rank, rank, step, basis, values, start, widthOf(shape));
    });
  },

  bound(piece, { directions, step }) {
    const shape = shapeOf(piece);
    const rank = directions.length / piece.columns;
    const bounds = new Float64Array(piece.values.length);
    eachBlock(shape, 0, (start, end) => {
      let squares = 0;
      for (let at = start; at < end; at++) squares += (piece.values[at] ?? 0) ** 2;
      bounds.fill(slack * (Math.sqrt(squares) + (step / 2) * Math.sqrt(rank)), start, end);
    });
    return { each: (place) => bounds[place] ?? 0 };
  },
});

/** Directions that are told in whole parts are not quite at right angles. */
const slack = 1.05;

function widthOf({ count, columns, firstColumn }: PieceShape): number {
  return Math.min(columns - firstColumn, count);
}

/** The columns of all directions that a piece has. */
function ownColumns(directions: Int16Array, shape: PieceShape): Int16Array<ArrayBuffer> {
  const width = widthOf(shape);
  const rank = directions.length / shape.columns;
  const own = new Int16Array(rank * width);
  for (let row = 0; row < rank; row++) {
    const from = row * shape.columns + shape.firstColumn;
    own.set(directions.subarray(from, from + width), row * width);
  }
  return own;
}

function readHeader(header: Uint8Array): { readonly rank: number; readonly step: number } {
  const [rank = 0] = header;
  const step = readFloat32(header, 1);
  if (!(step > 0 && step < Infinity) || rank > mostSketchRows)
    throw new DamagedArchiveError(`${rank} directions with coefficients ${step} apart.`);
  return { rank, step };
}
