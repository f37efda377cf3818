import { z } from 'zod';
import { DamagedArchiveError } from '../../errors.ts';
import { float32Bytes, joinBytes, readFloat32 } from '../bytes.ts';
import { codeShapes, readCodes, writeCodes } from '../codes.ts';
import { defineQuantizer } from '../quantizer.ts';
import { greatest } from '../statistics.ts';
import { fromGrid, toGrid } from './kernel.ts';

const options = z.strictObject({
  fineness: z.number().min(50).max(1_000_000).default(3000).meta({
    title: 'Fineness',
    description: 'How fine the grid is for the size of a tensor; half of it saves about one bit a weight.',
  }),
  step: z.number().min(0).max(1e30).default(0).meta({
    title: 'Step',
    description: 'The distance of two lines itself; 0 leaves it to the fineness.',
  }),
});

interface Parameters {
  /** Distance of grid lines; single precision, above 0. */
  readonly step: number;
}

/** What keeps steps of large tensors from growing without end, as the published rule has it. */
const floor = 0.01 * Math.sqrt(24);

export const grid = defineQuantizer<z.infer<typeof options>, Parameters>({
  id: 'grid',
  title: 'Uniform grid',
  summary: 'Rounds each weight to a line of an even grid and codes the numbers of the lines as short as they can be.',
  wireId: 64,
  since: 2,
  options,

  /** Rotation-invariant quantization: steps in proportion to the norm, coarser for the spread of larger tensors. */
  plan(_geometry, statistics, { fineness, step: told }) {
    const norm = Math.sqrt(statistics.squares);
    const byRule = norm * (1 / fineness + floor / Math.sqrt(Math.max(1, statistics.count)));
    const step = told > 0 ? told : byRule;
    // Codes stay below 2^24, which single precision tells apart.
    const least = greatest(statistics) * 2 ** -24;
    return { step: Math.fround(Math.max(step, least)) || 1 };
  },

  quantize({ values }, { step }, workspace) {
    const room = workspace.allocate(4 * values.length);
    const codes = new Int32Array(room.buffer, room.byteOffset, values.length);
    toGrid(values, step, codes);
    const { header, parts } = writeCodes(codes, workspace);
    return { header: joinBytes(float32Bytes(step), header), parts };
  },

  partShapes(header, { count }) {
    const step = readFloat32(header, 0);
    const { shapes, end } = codeShapes(header, 4, count);
    if (!(step > 0) || step === Infinity || end !== header.length)
      throw new DamagedArchiveError(`A grid with lines ${step} apart in a header of ${header.length} bytes.`);
    return shapes;
  },

  dequantize({ header, parts }, _shape, values, workspace) {
    fromGrid(readCodes(parts, workspace), readFloat32(header, 0), values);
  },

  bound: (_piece, { step }) => ({ each: () => step / 2 }),
});
