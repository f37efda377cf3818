import { z } from 'zod';
import { defineQuantizer } from '../quantizer.ts';
import { dequantizeByTable, quantizeByTable, tableBound, tableShapes, valueTable } from '../table.ts';

const options = z.strictObject({
  block: z
    .int()
    .min(16)
    .max(65_536)
    .default(2048)
    .meta({ title: 'Block', description: 'Neighbours in a row that share a scale.' }),
});

/**
 * Seven bits without the sign: i zeros tell the power 10^−i, a one ends them, and the others divide 0.1 to 1 evenly, of which
 * the middles are taken. Zero and one stand for themselves.
 */
function dynamicValues(): readonly number[] {
  const positive = Array.from({ length: 7 }, (_, zeros) => {
    const count = 2 ** (6 - zeros);
    return Array.from({ length: count }, (_, place) => (0.1 + (0.9 * (place + 0.5)) / count) * 10 ** -zeros);
  }).flat();
  return [-1, ...positive.map((value) => -value), 0, ...positive, 1];
}

const table = valueTable(dynamicValues().slice(1));

export const dynamic8 = defineQuantizer<z.infer<typeof options>, { readonly block: number }>({
  id: 'dynamic8',
  title: 'Dynamic 8-bit',
  summary:
    'Gives each weight one of 256 values over seven powers of ten, fine near zero, times the largest of its block.',
  caution:
    'Made for values of very different sizes; ordinary weights are smaller and as exact as whole numbers of 8 bits.',
  wireId: 67,
  since: 2,
  options,
  plan: (_geometry, _statistics, { block }) => ({ block }),
  quantize: (piece, { block }, workspace) => quantizeByTable(piece, block, table, workspace),
  partShapes: tableShapes,
  dequantize(quantized, shape, values) {
    dequantizeByTable(quantized, shape, table, values);
  },
  bound: (piece, { block }) => tableBound(piece, block, table),
});
