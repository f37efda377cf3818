import { z } from 'zod';
import { DamagedArchiveError } from '../../errors.ts';
import { countBlocks, eachBlock, meansOfBlocks, shapeOf, stepGrowth } from '../blocks.ts';
import { joinBytes } from '../bytes.ts';
import { defineQuantizer, type PieceShape } from '../quantizer.ts';
import { runLength } from '../statistics.ts';
import { readSteps, stepsHeaderBytes, writeSteps } from '../steps.ts';
import { frequentPatterns, nearestPattern, signIn } from './kernel.ts';

const options = z.strictObject({
  size: z.int().min(1).max(256).default(64).meta({
    title: 'Patterns',
    description: 'How many patterns of eight signs there are; with 256 each sign is kept.',
  }),
});

interface Parameters {
  /** Eight signs each, the first in the lowest bit, 1 for what is below zero. */
  readonly patterns: Uint8Array;
}

export const binaryCodebook = defineQuantizer<z.infer<typeof options>, Parameters>({
  id: 'binary-codebook',
  title: 'Patterns of signs',
  summary: 'Gives eight neighbours at once the nearest of some patterns of signs, and each row its mean magnitude.',
  caution: 'Smaller than signs alone and worse: a finished model stops working. It is for models that were trained so.',
  wireId: 88,
  since: 2,
  options,
  ladder: [{ size: 256 }, {}, { size: 16 }],
  needs: { runs: true },
  refuses: ({ columns }) => (columns < runLength ? 'its rows are too short for patterns of eight signs' : undefined),
  finer: () => ({ size: 256 }),
  plan: (_geometry, { runs = new Float32Array() }, { size }) => ({ patterns: frequentPatterns(runs, size) }),

  quantize(piece, { patterns }, workspace) {
    const shape = shapeOf(piece);
    const { header, part } = writeSteps(meansOfBlocks(piece, 0), workspace);
    const bytes = workspace.allocate(countBlocks(shape, runLength));
    eachBlock(shape, runLength, (start, end, number) => {
      bytes[number] = nearestPattern(piece.values, start, end, patterns);
    });
    return {
      header: joinBytes(Uint8Array.of(patterns.length - 1), header),
      parts: [
        { bytes: patterns.slice(), width: 1, dtype: 'U8' },
        part,
        { bytes, width: 1, dtype: 'U8', rows: [perRow(shape)] },
      ],
    };
  },

  partShapes(header, shape) {
    if (header.length !== 1 + stepsHeaderBytes)
      throw new DamagedArchiveError(`Patterns of signs have a header of ${header.length} bytes.`);
    return [
      { length: (header[0] ?? 0) + 1, width: 1 },
      { length: 2 * countBlocks(shape, 0), width: 2 },
      { length: countBlocks(shape, runLength), width: 1 },
    ];
  },

  dequantize({ header, parts: [patterns, stepPart, placePart] }, shape, values) {
    const steps = readSteps(header, 1, stepPart);
    const each = perRow(shape);
    eachBlock(shape, runLength, (start, end, number) => {
      const place = placePart?.bytes[number] ?? 0;
      const pattern = patterns?.bytes[place];
      if (pattern === undefined) throw new DamagedArchiveError(`There is no pattern ${place} of signs.`);
      const scale = steps[Math.floor(number / each)] ?? 0;
      for (let at = start; at < end; at++) values[at] = signIn(pattern, at - start) * scale;
    });
  },

  bound(piece) {
    const means = meansOfBlocks(piece, 0);
    const bounds = new Float64Array(piece.values.length);
    eachBlock(shapeOf(piece), 0, (start, end, row) => {
      for (let at = start; at < end; at++)
        bounds[at] = Math.abs(piece.values[at] ?? 0) + (means[row] ?? 0) * stepGrowth;
    });
    return { each: (place) => bounds[place] ?? 0 };
  },
});

/** Patterns of a row, or of the part of one that a piece has. */
function perRow({ count, columns, firstColumn }: PieceShape): number {
  return Math.ceil(Math.min(columns - firstColumn, count) / runLength);
}
