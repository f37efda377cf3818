import { z } from 'zod';
import { DamagedArchiveError } from '../../errors.ts';
import { countBlocks, eachBlock, shapeOf } from '../blocks.ts';
import { defineQuantizer, type Piece } from '../quantizer.ts';
import { e2m1, e2m1Most, squaredErrorBy } from '../small-floats.ts';
import { fromPlaces, placesBound, tablePlaces } from '../table.ts';

const options = z.strictObject({
  scale: z.enum(['standard', 'error']).default('error').meta({
    title: 'Scales',
    description: 'Whether powers of two are chosen as the standard says, or so that the error is least.',
  }),
});

type Options = z.infer<typeof options>;

/** Neighbours in a row that share a scale. */
const block = 32;
const bias = 127;

export const mxfp4 = defineQuantizer<Options, Options>({
  id: 'mxfp4',
  title: 'MXFP4',
  summary: 'Floats of 4 bits in blocks of 32 that share a power of two, as the OCP microscaling formats have them.',
  caution: 'A fixed format for hardware: a small text recognizer read none of 160 lines as before (8.3 times smaller).',
  wireId: 71,
  since: 2,
  options,
  plan: (_geometry, _statistics, given) => given,

  quantize(piece, given, workspace) {
    const exponents = exponentsOf(piece, given);
    const places = tablePlaces(piece, { block, scales: scalesOf(exponents), table: () => e2m1 }, workspace);
    return { header: new Uint8Array(), parts: [{ bytes: exponents, width: 1, dtype: 'U8' }, places] };
  },

  partShapes(header, shape) {
    if (header.length > 0) throw new DamagedArchiveError(`A header of ${header.length} bytes where none is due.`);
    return [
      { length: countBlocks(shape, block), width: 1 },
      { length: shape.count, width: 1 },
    ];
  },

  dequantize({ parts: [exponents, places] }, shape, values) {
    const scales = scalesOf(exponents?.bytes ?? new Uint8Array());
    fromPlaces(places, shape, { block, scales, table: () => e2m1 }, values);
  },

  bound: (piece, given) =>
    placesBound(piece, { block, scales: scalesOf(exponentsOf(piece, given)), table: () => e2m1 }),
});

/** A power of two for each block, plus 127; by the standard the one that brings its largest magnitude to 4 to 8. */
function exponentsOf(piece: Piece, { scale }: Options): Uint8Array {
  const shape = shapeOf(piece);
  const exponents = new Uint8Array(countBlocks(shape, block));
  eachBlock(shape, block, (start, end, number) => {
    const numbers = piece.values.subarray(start, end);
    const most = numbers.reduce((greatest, value) => Math.max(greatest, Math.abs(value)), 0);
    if (most === 0) return;
    const standard = clamp(Math.floor(Math.log2(most)) - Math.floor(Math.log2(e2m1Most)));
    const tried = scale === 'standard' ? [standard] : [standard, clamp(standard + 1), clamp(standard - 1)];
    const errors = tried.map((exponent) => squaredErrorBy(e2m1, numbers, 2 ** exponent));
    exponents[number] = (tried[errors.indexOf(Math.min(...errors))] ?? standard) + bias;
  });
  return exponents;
}

function clamp(exponent: number): number {
  return Math.max(-bias, Math.min(bias, exponent));
}

function scalesOf(exponents: Uint8Array): Float32Array {
  return Float32Array.from(exponents, (exponent) => 2 ** (exponent - bias));
}
