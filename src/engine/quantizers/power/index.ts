import { z } from 'zod';
import { DamagedArchiveError } from '../../errors.ts';
import { float32Bytes, joinBytes, readFloat32 } from '../bytes.ts';
import { defineQuantizer, type Piece } from '../quantizer.ts';
import { countBlocks, eachBlock, greatestOfBlocks, shapeOf } from '../blocks.ts';
import { readSteps, stepsHeaderBytes, writeSteps } from '../steps.ts';

const options = z.strictObject({
  bits: z
    .int()
    .min(3)
    .max(8)
    .default(6)
    .meta({ title: 'Bits', description: 'Bits of a code, before coding makes it shorter.' }),
  power: z.number().min(0).max(1).default(0).meta({
    title: 'Power',
    description:
      'What magnitudes are raised to before they are rounded; 1 is an even grid, 0 searches the best for each tensor.',
  }),
});

interface Parameters {
  /** The largest code. */
  readonly most: number;
  readonly power: number;
}

/** Powers that are tried; below, small weights would take most of the codes. */
const powers = Array.from({ length: 15 }, (_, place) => Math.fround(0.3 + 0.05 * place));

export const power = defineQuantizer<z.infer<typeof options>, Parameters>({
  id: 'power',
  title: 'Power steps',
  summary: 'Rounds a power of each weight, so that small weights are told more finely than large ones.',
  caution: 'With coding an even grid is smaller at the same error; this is for codes of a fixed number of bits.',
  wireId: 68,
  since: 2,
  options,
  ladder: [{ bits: 8 }, {}, { bits: 4 }],
  needs: { sample: true },
  finer: (given) => ({ ...given, bits: Math.max(given.bits, 8) }),

  plan(_geometry, { sample = new Float32Array(), least, most: top }, { bits, power: asked }) {
    const most = 2 ** (bits - 1) - 1;
    const greatest = Math.max(-least, top, 0);
    if (asked > 0 || greatest === 0) return { most, power: Math.fround(asked || 1) };
    // Rows have largest numbers of their own, of which that of the tensor is an upper bound; a typical row has half of it.
    const errors = powers.map((tried) => errorOf(sample, greatest / 2, most, tried));
    return { most, power: powers[errors.indexOf(Math.min(...errors))] ?? 1 };
  },

  quantize(piece, { most, power: exponent }, workspace) {
    const { header, steps, part } = writeSteps(greatestOfBlocks(piece, 0), workspace);
    const bytes = workspace.allocate(piece.values.length);
    eachBlock(shapeOf(piece), 0, (start, end, row) => {
      const scale = steps[row] ?? 0;
      for (let place = start; place < end; place++) {
        const value = piece.values[place] ?? 0;
        const code = scale > 0 ? Math.round((Math.abs(value) / scale) ** exponent * most) : 0;
        bytes[place] = value < 0 ? -code : code;
      }
    });
    return {
      header: joinBytes(Uint8Array.of(most), float32Bytes(exponent), header),
      parts: [part, { bytes, width: 1, dtype: 'I8', rows: [piece.columns] }],
    };
  },

  partShapes(header, shape) {
    const [most = 0, exponent] = [header[0], readFloat32(header, 1)];
    if (header.length !== 5 + stepsHeaderBytes || most === 0 || most > 127 || !(exponent > 0 && exponent <= 1))
      throw new DamagedArchiveError(`Power steps up to ${most} of power ${exponent} are none.`);
    return [
      { length: 2 * countBlocks(shape, 0), width: 2 },
      { length: shape.count, width: 1 },
    ];
  },

  dequantize({ header, parts }, shape, values) {
    const most = header[0] ?? 1;
    const levels = levelsOf(most, readFloat32(header, 1));
    const steps = readSteps(header, 5, parts[0]);
    const codes = parts[1]?.bytes ?? new Uint8Array();
    eachBlock(shape, 0, (start, end, row) => {
      const scale = steps[row] ?? 0;
      for (let place = start; place < end; place++) {
        const code = ((codes[place] ?? 0) << 24) >> 24;
        const level = levels[Math.abs(code)];
        if (level === undefined) throw new DamagedArchiveError(`A code of ${code} where ${most} is the most.`);
        values[place] = code < 0 ? -level * scale : level * scale;
      }
    });
  },

  bound: (piece, { most, power: exponent }) => boundOf(piece, most, exponent),
});

/** What the codes from 0 on stand for, in parts of the scale. */
function levelsOf(most: number, exponent: number): Float32Array {
  return Float32Array.from({ length: most + 1 }, (_, code) => (code / most) ** (1 / exponent));
}

function errorOf(sample: Float32Array, scale: number, most: number, exponent: number): number {
  const levels = levelsOf(most, exponent);
  let error = 0;
  for (const value of sample) {
    const share = Math.min(1, Math.abs(value) / scale);
    error += (share - (levels[Math.round(share ** exponent * most)] ?? 0)) ** 2;
  }
  return error;
}

/** The distance to the levels around a number: it becomes one of them. */
function boundOf(piece: Piece, most: number, exponent: number): { each(place: number): number } {
  const greatest = greatestOfBlocks(piece, 0);
  const levels = levelsOf(most, exponent);
  const widest = levels.reduce(
    (gap, level, code) => (code === 0 ? 0 : Math.max(gap, level - (levels[code - 1] ?? 0))),
    0,
  );
  const bounds = new Float64Array(piece.values.length);
  eachBlock(shapeOf(piece), 0, (start, end, row) => {
    bounds.fill((greatest[row] ?? 0) * 2 ** (1 / 32) * widest, start, end);
  });
  return { each: (place) => bounds[place] ?? 0 };
}
