import { z } from 'zod';
import { countBlocks, eachBlock, meansOfBlocks, shapeOf, stepGrowth } from '../blocks.ts';
import { joinBytes } from '../bytes.ts';
import { groupHeader, readGroupHeader } from '../group-header.ts';
import { defineQuantizer } from '../quantizer.ts';
import { readSteps, writeSteps } from '../steps.ts';

const options = z.strictObject({
  group: z.int().min(0).max(4096).default(0).meta({
    title: 'Group',
    description: 'Neighbours in a row that share a scale; 0 is the whole row.',
  }),
});

type Options = z.infer<typeof options>;

export const binary = defineQuantizer<Options, Options>({
  id: 'binary',
  title: 'Signs',
  summary: 'Keeps nothing of a weight but its sign, and of each row the mean magnitude.',
  caution:
    'A finished model stops working with it: a text recognizer read none of 160 lines as before (25 times smaller). It is for models that were trained so.',
  wireId: 81,
  since: 2,
  options,
  plan: (_geometry, _statistics, given) => given,

  quantize(piece, { group }, workspace) {
    const { header, part } = writeSteps(meansOfBlocks(piece, group), workspace);
    const bits = new Uint8Array(Math.ceil(piece.values.length / 8));
    piece.values.forEach((value, at) => {
      if (value < 0) bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
    });
    return { header: joinBytes(groupHeader(group), header), parts: [part, { bytes: bits, width: 1, dtype: 'U8' }] };
  },

  partShapes(header, shape) {
    const { group } = readGroupHeader(header);
    return [
      { length: 2 * countBlocks(shape, group), width: 2 },
      { length: Math.ceil(shape.count / 8), width: 1 },
    ];
  },

  dequantize({ header, parts }, shape, values) {
    const { group, stepsAt } = readGroupHeader(header);
    const steps = readSteps(header, stepsAt, parts[0]);
    const bits = parts[1]?.bytes ?? new Uint8Array();
    eachBlock(shape, group, (start, end, number) => {
      const scale = steps[number] ?? 0;
      for (let at = start; at < end; at++) values[at] = ((bits[at >> 3] ?? 0) >> (at & 7)) & 1 ? -scale : scale;
    });
  },

  bound(piece, { group }) {
    const bounds = new Float64Array(piece.values.length);
    const means = meansOfBlocks(piece, group);
    eachBlock(shapeOf(piece), group, (start, end, number) => {
      const mean = means[number] ?? 0;
      for (let at = start; at < end; at++)
        bounds[at] = Math.abs(Math.abs(piece.values[at] ?? 0) - mean) + mean * (stepGrowth - 1);
    });
    return { each: (place) => bounds[place] ?? 0 };
  },
});
