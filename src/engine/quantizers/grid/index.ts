import { z } from 'zod';
import { DamagedArchiveError } from '../../errors.ts';
import { joinBytes } from '../bytes.ts';
import { codeShapes, readCodes, writeCodes } from '../codes.ts';
import {
  countSteps,
  eachRow,
  finerLines,
  lineLadder,
  lineOptions,
  planLines,
  readLayout,
  readLines,
  roundedUp,
  stepParts,
  stepsOf,
  type RoundedLines,
} from '../lines.ts';
import { defineQuantizer } from '../quantizer.ts';
import { balanceErrors, fromGrid, toGrid, widenZero } from './kernel.ts';

const options = z.strictObject({
  ...lineOptions,
  rounding: z.enum(['balanced', 'nearest']).default('balanced').meta({
    title: 'Rounding',
    description:
      'Whether some weights go to the second nearest line so that the errors of an output channel cancel out; else all go to the nearest.',
  }),
  deadZone: z.number().min(0).max(0.5).default(0).meta({
    title: 'Dead zone',
    description:
      'How far beyond half a step weights still become zero, in steps. Zeros are the shortest codes, but a language model lost less on a coarser grid of the same size.',
  }),
  step: z.number().min(0).max(1e30).default(0).meta({
    title: 'Step',
    description: 'The distance of two lines itself, for the whole tensor; 0 leaves it to the coarseness.',
  }),
});

type Options = z.infer<typeof options>;

export const grid = defineQuantizer<Options, RoundedLines>({
  id: 'grid',
  title: 'Uniform grid',
  summary: 'Rounds each weight to a line of an even grid and codes the numbers of the lines as short as they can be.',
  wireId: 64,
  since: 2,
  options,
  ladder: lineLadder,
  needs: { columns: 'channels', inputs: true },
  finer: finerLines(0.5),
  forConvolutions: finerLines(0.6),
  forHeads: finerLines(0.5),

  plan(geometry, statistics, asked, told) {
    const lines = planLines(geometry, statistics, asked, told);
    const { rounding, deadZone } = asked;
    // Channels that are columns, or unknown, are spread over pieces that know nothing of one another.
    if (lines.layout !== 'rows' || lines.steps) return { ...lines, rounding: 'nearest', deadZone };
    const { inputMeans } = statistics;
    const means = inputMeans?.length === geometry.columns ? inputMeans : undefined;
    return { ...lines, rounding, deadZone, means };
  },

  quantize(piece, parameters, workspace) {
    const { values } = piece;
    const { layout, rounding, deadZone, means } = parameters;
    const own = means?.subarray(piece.firstColumn);
    const { header, steps, part } = stepParts(layout, stepsOf(piece, parameters), workspace);
    const room = workspace.allocate(4 * values.length);
    const codes = new Int32Array(room.buffer, room.byteOffset, values.length);
    eachRow(layout, piece, values.length, (start, end, step) => {
      toGrid(values, start, end, steps, step, codes, layout === 'columns');
      if (deadZone > 0) widenZero(values, start, end, steps, step, codes, layout === 'columns', 0.5 + deadZone);
      if (rounding === 'balanced') balanceErrors(values, start, end, steps[step] ?? 0, codes, own);
    });
    const coded = writeCodes(codes, workspace, piece.columns);
    return {
      header: joinBytes(header, coded.header),
      parts: [...part, ...coded.parts],
    };
  },

  partShapes(header, shape) {
    const { layout, codesAt } = readLayout(header);
    const { shapes, end } = codeShapes(header, codesAt, shape.count);
    if (end !== header.length)
      throw new DamagedArchiveError(`${header.length - end} bytes follow the header of a grid.`);
    const steps = countSteps(layout, shape);
    return layout === 'tensor' ? shapes : [{ length: 2 * steps, width: 2 }, ...shapes];
  },

  dequantize({ header, parts }, shape, values, workspace) {
    const { layout, codesAt, steps, rest } = readLines(header, parts);
    const codes = readCodes(header, codesAt, rest, workspace);
    eachRow(layout, shape, shape.count, (start, end, step) => {
      fromGrid(codes, start, end, steps, step, values, layout === 'columns');
    });
  },

  linesOf: (piece, parameters) => ({ ...parameters, steps: stepsOf(piece, parameters) }),

  bound(piece, parameters) {
    const { values } = piece;
    const { layout, rounding, deadZone } = parameters;
    const steps = stepsOf(piece, parameters);
    const share = rounding === 'balanced' ? 1 : 0.5 + deadZone;
    const most = new Float64Array(values.length);
    eachRow(layout, piece, values.length, (start, end, first) => {
      for (let place = start; place < end; place++) {
        const step = steps[layout === 'columns' ? first + place - start : first] ?? 0;
        // A step of 0 stands for a row of zeros.
        most[place] = share * step * roundedUp;
      }
    });
    return { each: (place) => most[place] ?? 0 };
  },
});
