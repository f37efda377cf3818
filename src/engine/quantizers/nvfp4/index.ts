import { z } from 'zod';
import { DamagedArchiveError } from '../../errors.ts';
import { decodeFloats, encodeFloats } from '../../tensor/floats.ts';
import { countBlocks, eachBlock, shapeOf } from '../blocks.ts';
import { float32Bytes, readFloat32 } from '../bytes.ts';
import { defineQuantizer, type Piece } from '../quantizer.ts';
import { e2m1, e2m1Most, squaredErrorBy } from '../small-floats.ts';
import { greatest } from '../statistics.ts';
import { fromPlaces, placesBound, tablePlaces } from '../table.ts';

const options = z.strictObject({
  scale: z.enum(['standard', 'error']).default('error').meta({
    title: 'Scales',
    description:
      'Whether each block reaches up to its largest number, or leaves that out where the error is smaller so.',
  }),
});

interface Parameters extends z.infer<typeof options> {
  /** What all scales are multiplied with. */
  readonly unit: number;
}

/** Neighbours in a row that share a scale. */
const block = 16;
const largestScale = 448;
/** Codes of scales that stand for numbers; the next is no number. */
const largestCode = 0x7e;
const scaleValues = decodeFloats(
  'F8_E4M3',
  Uint8Array.from({ length: largestCode + 1 }, (_, code) => code),
);

export const nvfp4 = defineQuantizer<z.infer<typeof options>, Parameters>({
  id: 'nvfp4',
  title: 'NVFP4',
  summary:
    'Floats of 4 bits in blocks of 16, each with a scale that is a float of 8 bits, and one scale for the tensor.',
  caution:
    'A fixed format for hardware: a small text recognizer read 26 of 100 lines as before (7.5 times smaller), 77 with the grid at nearly that size.',
  wireId: 72,
  since: 2,
  options,
  plan: (_geometry, statistics, given) => ({
    ...given,
    unit: Math.fround(greatest(statistics) / (e2m1Most * largestScale)),
  }),

  quantize(piece, parameters, workspace) {
    const codes = scaleCodes(piece, parameters);
    const scales = scalesOf(codes, parameters.unit);
    const places = tablePlaces(piece, { block, scales, table: () => e2m1 }, workspace);
    return { header: float32Bytes(parameters.unit), parts: [{ bytes: codes, width: 1, dtype: 'U8' }, places] };
  },

  partShapes(header, shape) {
    const unit = readFloat32(header, 0);
    if (header.length !== 4 || !(unit >= 0) || unit === Infinity)
      throw new DamagedArchiveError(`Scales in units of ${unit}, in a header of ${header.length} bytes.`);
    return [
      { length: countBlocks(shape, block), width: 1 },
      { length: shape.count, width: 1 },
    ];
  },

  dequantize({ header, parts: [codes, places] }, shape, values) {
    const scales = scalesOf(codes?.bytes ?? new Uint8Array(), readFloat32(header, 0));
    fromPlaces(places, shape, { block, scales, table: () => e2m1 }, values);
  },

  bound: (piece, parameters) =>
    placesBound(piece, { block, scales: scalesOf(scaleCodes(piece, parameters), parameters.unit), table: () => e2m1 }),
});

/** The scale of each block as a float of 8 bits in units of the tensor's. */
function scaleCodes(piece: Piece, { unit, scale }: Parameters): Uint8Array {
  const shape = shapeOf(piece);
  const codes = new Uint8Array(countBlocks(shape, block));
  if (unit === 0) return codes;
  eachBlock(shape, block, (start, end, number) => {
    const numbers = piece.values.subarray(start, end);
    const most = numbers.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    const wanted = Float32Array.of(Math.min(largestScale, most / e2m1Most / unit));
    const standard = encodeFloats('F8_E4M3', wanted)[0] ?? 0;
    const tried = scale === 'standard' ? [standard] : [0, -1, -2, -3, 1].map((more) => clampCode(standard + more));
    const errors = tried.map((code) => squaredErrorBy(e2m1, numbers, (scaleValues[code] ?? 0) * unit));
    codes[number] = tried[errors.indexOf(Math.min(...errors))] ?? standard;
  });
  return codes;
}

function clampCode(code: number): number {
  return Math.max(0, Math.min(largestCode, code));
}

/** Throws where a code is no number above zero. */
function scalesOf(codes: Uint8Array, unit: number): Float32Array {
  return Float32Array.from(codes, (code) => {
    const scale = scaleValues[code];
    if (scale === undefined) throw new DamagedArchiveError(`A scale cannot be the float ${code}.`);
    return scale * unit;
  });
}
