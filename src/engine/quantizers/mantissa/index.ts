import { z } from 'zod';
import { DamagedArchiveError } from '../../errors.ts';
import { readVarint, varintLength, writeVarint } from '../../codecs/varint.ts';
import { joinBytes } from '../bytes.ts';
import { allocateFloats } from '../frame.ts';
import { defineQuantizer } from '../quantizer.ts';
import { countBlocks, eachBlock, greatestOfBlocks, shapeOf } from '../blocks.ts';

const options = z.strictObject({
  bits: z.int().min(0).max(7).default(3).meta({
    title: 'Bits',
    description: 'Bits of the mantissa that are kept of each weight.',
  }),
  block: z
    .int()
    .min(16)
    .max(4096)
    .default(512)
    .meta({ title: 'Block', description: 'Neighbours in a row whose largest is kept nearly exactly.' }),
});

type Parameters = z.infer<typeof options>;

export const mantissa = defineQuantizer<Parameters, Parameters>({
  id: 'mantissa',
  title: 'Short mantissas',
  summary:
    'Keeps the exponent of each weight and the first bits of its mantissa, so that each is exact to some per cent.',
  wireId: 69,
  since: 2,
  options,
  ladder: [{ bits: 7 }, { bits: 5 }, {}, { bits: 1 }],
  plan: (_geometry, _statistics, parameters) => parameters,

  quantize(piece, { bits, block }, workspace) {
    const factors = factorsOf(greatestOfBlocks(piece, block));
    const count = piece.values.length;
    const exponents = workspace.allocate(count);
    const fractions = workspace.allocate(count);
    const scaled = allocateFloats(count, workspace);
    eachBlock(shapeOf(piece), block, (start, end, number) => {
      const factor = 1 + (factors[number] ?? 0) / 256;
      for (let place = start; place < end; place++) scaled[place] = (piece.values[place] ?? 0) / factor;
    });
    const words = new Uint32Array(scaled.buffer, scaled.byteOffset, count);
    const dropped = 23 - bits;
    for (let place = 0; place < count; place++) {
      const word = words[place] ?? 0;
      // Halves go up, and may carry into the exponent; not into that of infinity.
      const rounded = Math.min(((word & 0x7fffffff) + 2 ** (dropped - 1)) >>> dropped, (255 << bits) - 1);
      exponents[place] = rounded >>> bits;
      fractions[place] = ((word >>> 31) << bits) | (rounded & (2 ** bits - 1));
    }
    const header = new Uint8Array(1 + varintLength(block));
    header[0] = bits;
    writeVarint(header, 1, block);
    return {
      header: joinBytes(header),
      parts: [
        { bytes: factors, width: 1, dtype: 'U8' },
        { bytes: exponents, width: 1, dtype: 'U8', rows: [piece.columns] },
        { bytes: fractions, width: 1, dtype: 'U8' },
      ],
    };
  },

  partShapes(header, shape) {
    const { value: block, end } = readVarint(header, 1, header.length);
    if ((header[0] ?? 255) > 7 || end !== header.length)
      throw new DamagedArchiveError(`Mantissas of ${header[0]} bits in a header of ${header.length} bytes.`);
    return [countBlocks(shape, block), shape.count, shape.count].map((length) => ({ length, width: 1 }));
  },

  dequantize({ header, parts }, shape, values) {
    const bits = header[0] ?? 0;
    const { value: block } = readVarint(header, 1, header.length);
    const [factors, exponents, fractions] = parts.map(({ bytes }) => bytes);
    const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
    const dropped = 23 - bits;
    for (let place = 0; place < shape.count; place++) {
      const fraction = fractions?.[place] ?? 0;
      const magnitude = ((exponents?.[place] ?? 0) << 23) | ((fraction & (2 ** bits - 1)) << dropped);
      words[place] = ((fraction >>> bits) << 31) | magnitude;
    }
    eachBlock(shape, block, (start, end, number) => {
      const factor = 1 + (factors?.[number] ?? 0) / 256;
      for (let place = start; place < end; place++) values[place] = (values[place] ?? 0) * factor;
    });
  },

  bound({ values }, { bits }) {
    // Below the normal numbers mantissas have no leading one, so their error is that of the smallest normal number.
    return { each: (place) => Math.max(Math.abs(values[place] ?? 0), 2 ** -125) * 2 ** -(bits + 1) * 1.0001 };
  },
});

/** The fraction of each block's largest number, in 256ths. */
function factorsOf(greatest: Float32Array): Uint8Array {
  const words = new Uint32Array(greatest.buffer, greatest.byteOffset, greatest.length);
  // Below the normal numbers the bits are no fraction.
  return Uint8Array.from(words, (word) => (word >>> 23 === 0 ? 0 : (word >>> 15) & 0xff));
}
