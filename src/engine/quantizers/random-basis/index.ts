import { z } from 'zod';
import { DamagedArchiveError } from '../../errors.ts';
import { countBlocks, eachBlock, shapeOf } from '../blocks.ts';
import { float32Bytes, joinBytes, readFloat32 } from '../bytes.ts';
import { codeShapes, readCodes, writeCodes } from '../codes.ts';
import { defineQuantizer } from '../quantizer.ts';
import { greatest } from '../statistics.ts';
import { signAt, transform } from './kernel.ts';

const options = z.strictObject({
  share: z.number().min(0.01).max(1).default(0.5).meta({
    title: 'Directions',
    description: 'How many random directions there are for each weight; each keeps its share of the energy.',
  }),
  step: z.number().min(0.001).max(2).default(0.1).meta({
    title: 'Step',
    description: 'Lines of an even grid for the coefficients, in standard deviations of the weights.',
  }),
});

interface Parameters {
  /** Directions of a block. */
  readonly kept: number;
  /** Weights of a row that share their directions, a power of two. */
  readonly block: number;
  readonly step: number;
}

const largestBlock = 256;
/** Codes stay below 2^24, which single precision tells apart. */
const leastShare = 2 ** -20;
const mostStep = 3.4e38;

export const randomBasis = defineQuantizer<z.infer<typeof options>, Parameters>({
  id: 'random-basis',
  title: 'Random directions',
  summary: 'Says blocks of weights as sums of directions that come from a fixed random sequence.',
  caution:
    'Without training in these directions it loses whatever is not in them: half of them lose half of the energy, and a text recognizer read none of 160 lines as before (7.5 times smaller).',
  wireId: 86,
  since: 2,
  options,
  ladder: [{ share: 0.9 }, {}],
  finer: (given) => ({ share: 1, step: given.step / 2 < 0.001 ? 0.001 : given.step / 2 }),

  plan({ columns }, statistics, { share, step }) {
    const size = Math.sqrt(statistics.squares / Math.max(1, statistics.count));
    const least = greatest(statistics) * leastShare;
    const block = Math.min(largestBlock, 2 ** Math.ceil(Math.log2(columns)));
    return {
      block,
      kept: Math.max(1, Math.round(share * block)),
      step: Math.fround(Math.min(mostStep, Math.max(step * size, least))) || 1,
    };
  },

  quantize(piece, { block, kept, step }, workspace) {
    const shape = shapeOf(piece);
    const codes = new Int32Array(countBlocks(shape, block) * kept);
    const numbers = new Float64Array(block);
    eachBlock(shape, block, (start, end, number) => {
      numbers.fill(0);
      for (let at = start; at < end; at++) numbers[at - start] = (piece.values[at] ?? 0) * signAt(at - start);
      transform(numbers);
      for (let at = 0; at < kept; at++) codes[number * kept + at] = Math.round((numbers[at] ?? 0) / step);
    });
    const { header, parts } = writeCodes(codes, workspace);
    return { header: joinBytes(float32Bytes(step), Uint8Array.of(Math.log2(block), kept - 1), header), parts };
  },

  partShapes(header, shape) {
    const { block, kept } = readHeader(header);
    const { shapes, end } = codeShapes(header, 6, countBlocks(shape, block) * kept);
    if (end !== header.length)
      throw new DamagedArchiveError(`A header of ${header.length} bytes where ${end} are needed.`);
    return shapes;
  },

  dequantize({ header, parts }, shape, values, workspace) {
    const { block, kept, step } = readHeader(header);
    const codes = readCodes(header, 6, parts, workspace);
    const numbers = new Float64Array(block);
    eachBlock(shape, block, (start, end, number) => {
      numbers.fill(0);
      for (let at = 0; at < kept; at++) numbers[at] = (codes[number * kept + at] ?? 0) * step;
      transform(numbers);
      for (let at = start; at < end; at++) values[at] = (numbers[at - start] ?? 0) * signAt(at - start);
    });
  },

  bound(piece, { block, kept, step }) {
    const bounds = new Float64Array(piece.values.length);
    eachBlock(shapeOf(piece), block, (start, end) => {
      let squares = 0;
      for (let at = start; at < end; at++) squares += (piece.values[at] ?? 0) ** 2;
      bounds.fill(Math.sqrt((kept < block ? squares : 0) + (kept * step * step) / 4), start, end);
    });
    return { each: (place) => bounds[place] ?? 0 };
  },
});

function readHeader(header: Uint8Array): Parameters {
  const step = readFloat32(header, 0);
  const block = 2 ** (header[4] ?? 255);
  const kept = (header[5] ?? 255) + 1;
  if (!(step > 0 && step < Infinity) || block > largestBlock || kept > block)
    throw new DamagedArchiveError(`${kept} directions of ${block}, coefficients ${step} apart.`);
  return { block, kept, step };
}
