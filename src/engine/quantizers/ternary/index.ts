import { z } from 'zod';
import { DamagedArchiveError } from '../../errors.ts';
import { countBlocks, eachBlock, meansOfBlocks, shapeOf, stepGrowth } from '../blocks.ts';
import { joinBytes } from '../bytes.ts';
import { groupHeader, readGroupHeader } from '../group-header.ts';
import { defineQuantizer, type Piece } from '../quantizer.ts';
import { readSteps, writeSteps } from '../steps.ts';

const options = z.strictObject({
  scale: z.enum(['fitted', 'mean', 'median']).default('fitted').meta({
    title: 'Scale',
    description:
      'The mean or the median magnitude, or what loses least when weights below 0.7 of the mean become zero.',
  }),
  group: z.int().min(0).max(4096).default(0).meta({
    title: 'Group',
    description: 'Neighbours in a row that share a scale; 0 is the whole row.',
  }),
});

type Options = z.infer<typeof options>;

/** What becomes zero, and what the others become. */
interface Split {
  readonly border: number;
  readonly scale: number;
}

export const ternary = defineQuantizer<Options, Options>({
  id: 'ternary',
  title: 'Signs and zeros',
  summary: 'Makes each weight zero, plus or minus one magnitude that its row shares.',
  caution:
    'A finished model stops working with it: a text recognizer read none of 160 lines as before (18 times smaller). It is for models that were trained so; where a model has three values already, exact compression finds them.',
  wireId: 82,
  since: 2,
  options,
  plan: (_geometry, _statistics, given) => given,

  quantize(piece, given, workspace) {
    const splits = splitsOf(piece, given);
    const { header, part } = writeSteps(
      Float32Array.from(splits, ({ scale }) => scale),
      workspace,
    );
    const bytes = workspace.allocate(piece.values.length);
    eachBlock(shapeOf(piece), given.group, (start, end, number) => {
      const { border } = splits[number] ?? { border: 0 };
      for (let at = start; at < end; at++) {
        const value = piece.values[at] ?? 0;
        bytes[at] = Math.abs(value) < border || value === 0 ? 0 : value < 0 ? -1 : 1;
      }
    });
    const codes = { bytes, width: 1, dtype: 'I8', rows: [piece.columns] } as const;
    return { header: joinBytes(groupHeader(given.group), header), parts: [part, codes] };
  },

  partShapes(header, shape) {
    return [
      { length: 2 * countBlocks(shape, readGroupHeader(header).group), width: 2 },
      { length: shape.count, width: 1 },
    ];
  },

  dequantize({ header, parts }, shape, values) {
    const { group, stepsAt } = readGroupHeader(header);
    const steps = readSteps(header, stepsAt, parts[0]);
    const codes = parts[1]?.bytes ?? new Uint8Array();
    eachBlock(shape, group, (start, end, number) => {
      const scale = steps[number] ?? 0;
      for (let at = start; at < end; at++) {
        const code = ((codes[at] ?? 0) << 24) >> 24;
        if (code > 1 || code < -1) throw new DamagedArchiveError(`A code of ${code} where 1 is the most.`);
        values[at] = code * scale;
      }
    });
  },

  bound(piece, given) {
    const bounds = new Float64Array(piece.values.length);
    const splits = splitsOf(piece, given);
    eachBlock(shapeOf(piece), given.group, (start, end, number) => {
      const { border, scale } = splits[number] ?? { border: 0, scale: 0 };
      for (let at = start; at < end; at++) {
        const size = Math.abs(piece.values[at] ?? 0);
        bounds[at] = size < border || size === 0 ? size : Math.abs(size - scale) + scale * (stepGrowth - 1);
      }
    });
    return { each: (place) => bounds[place] ?? 0 };
  },
});

function splitsOf(piece: Piece, { scale, group }: Options): Split[] {
  const means = meansOfBlocks(piece, group);
  if (scale === 'mean') return Array.from(means, (mean) => ({ border: mean / 2, scale: mean }));
  const splits: Split[] = [];
  eachBlock(shapeOf(piece), group, (start, end, number) => {
    const sizes = piece.values.subarray(start, end).map(Math.abs);
    if (scale === 'median') {
      const median = sizes.sort()[sizes.length >> 1] ?? 0;
      splits.push({ border: median / 2, scale: median });
      return;
    }
    const border = 0.7 * (means[number] ?? 0);
    const large = sizes.filter((size) => size >= border);
    splits.push({ border, scale: large.reduce((sum, size) => sum + size, 0) / Math.max(1, large.length) });
  });
  return splits;
}
