import { z } from 'zod';
import { defineQuantizer } from '../quantizer.ts';
import { dequantizeByTable, quantizeByTable, tableBound, tableShapes, valueTable } from '../table.ts';

const options = z.strictObject({
  block: z
    .int()
    .min(16)
    .max(4096)
    .default(64)
    .meta({ title: 'Block', description: 'Neighbours in a row that share a scale.' }),
});

/** Quantiles of the normal distribution, scaled to −1 to 1, with a zero. */
const table = valueTable([
  -1, -0.6961928, -0.52507305, -0.39491749, -0.28444138, -0.18477343, -0.09105004, 0, 0.0795803, 0.1609302, 0.2461123,
  0.33791524, 0.44070983, 0.562617, 0.72295684, 1,
]);

export const normalFloat = defineQuantizer<z.infer<typeof options>, { readonly block: number }>({
  id: 'normal-float',
  title: 'NormalFloat 4',
  summary:
    'Gives each weight the nearest of 16 values that are spread as a bell curve is, times the largest of its block.',
  caution:
    'All 16 values are about equally frequent, so coding saves little below 4.1 bits; small convolutional models need more.',
  wireId: 66,
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
