import { z } from 'zod';
import { DamagedArchiveError } from '../../errors.ts';
import type { Workspace } from '../../kernels/workspace.ts';
import { trellisKernel } from '../../trellis/index.ts';
import { evenPrices, lineOf, next, type Prices, roomOf } from '../../trellis/kernel.ts';
import { codeOfLine, codesOn, learnPrices } from '../../trellis/codes.ts';
import { directions, longestRun, runsOf, type Direction } from '../../trellis/runs.ts';
import { joinBytes } from '../bytes.ts';
import { codeShapes, readCodes, writeCodes } from '../codes.ts';
import {
  countSteps,
  finerLines,
  lineLadder,
  lineOptions,
  planLines,
  readLayout,
  readLines,
  roundedUp,
  stepParts,
  stepsOf,
  type Layout,
  type Lines,
} from '../lines.ts';
import { defineQuantizer, type Piece, type PieceShape } from '../quantizer.ts';
import { mostMoved, takeBalanced } from './balance.ts';

const options = z.strictObject({
  ...lineOptions,
  rounding: z.enum(['balanced', 'nearest']).default('balanced').meta({
    title: 'Rounding',
    description:
      'Whether ways are chosen so that the errors of an output channel about cancel out; else only by the errors of single weights.',
  }),
  rate: z.number().min(0).max(4).default(0).meta({
    title: 'Short codes',
    description:
      'How much the lengths of codes count against the distances of weights from their lines. Above 0 weights come nearer for their bits, but all a little too small, which outputs of layers suffer from.',
  }),
});

type Options = z.infer<typeof options>;

interface Parameters extends Lines {
  readonly prices: Prices;
  /** What a bit counts, in squares of half a step. */
  readonly weight: number;
  readonly direction: Direction;
  /** What the numbers of each column are multiplied with on average, where the errors of a row shall cancel out. */
  readonly means?: Float32Array | undefined;
}

/** What a bit is worth where rate and distortion trade evenly, with a grid of whole steps, and the share that suits a trellis. */
const evenWeight = (0.7 * 4 * Math.LN2) / 6;

export const trellis = defineQuantizer<Options, Parameters>({
  id: 'trellis',
  title: 'Grid with a trellis',
  summary: 'Rounds weights to two interleaved grids that take turns, so that the same number of bits comes nearer.',
  caution:
    'Compressing takes half as long again as with the grid. Of a base only equal weights are taken, and exports round once more.',
  wireId: 90,
  since: 3,
  options,
  ladder: lineLadder,
  needs: { columns: 'channels', sample: true, inputs: true },
  finer: finerLines(0.5),
  forConvolutions: finerLines(0.6),
  forHeads: finerLines(0.5),

  plan(geometry, statistics, { rate, rounding, ...asked }, given) {
    const told = given && 'steps' in given ? given : undefined;
    const known = told?.along === 'tensor' ? (told.steps[0] ?? 0) : 0;
    const lines = planLines(geometry, statistics, { ...asked, step: known }, told);
    const { sample = new Float32Array(), squares, count } = statistics;
    const weight = rate * evenWeight;
    // What was told lies on lines already.
    if (told) return { ...lines, weight, direction: told.direction ?? 'rows', prices: evenPrices };
    const usual = lines.relative * Math.sqrt(squares / Math.max(1, count));
    const step = lines.steps ? lines.steps.reduce((sum, one) => sum + one, 0) / lines.steps.length : usual;
    const prices = weight > 0 ? learnPrices(sample, step, weight) : evenPrices;
    // Channels that are columns, or unknown, are spread over pieces that know nothing of one another.
    if (rounding === 'nearest' || lines.layout !== 'rows' || lines.steps)
      return { ...lines, weight, direction: 'rows', prices };
    const { inputMeans } = statistics;
    const means = inputMeans?.length === geometry.columns ? inputMeans : new Float32Array(geometry.columns).fill(1);
    return { ...lines, weight, direction: 'rows', prices, means };
  },

  quantize(piece, parameters, workspace) {
    const { layout, direction } = parameters;
    const { header, steps, part } = stepParts(layout, stepsOf(piece, parameters), workspace);
    const stepOf = stepFinder(layout, piece, piece.values.length, steps);
    const codes = new Int32Array(piece.values.length);
    const isOn = [...runsOf(direction, piece, codes.length)].every((run) => codesOn(piece.values, run, stepOf, codes));
    if (!isOn) nearestCodes(piece, parameters, stepOf, codes, workspace);
    const { header: coded, parts } = writeCodes(codes, workspace, piece.columns, direction);
    return {
      header: joinBytes(header, Uint8Array.of(directions.indexOf(direction)), coded),
      parts: [...part, ...parts],
    };
  },

  partShapes(header, shape) {
    const { layout, codesAt } = readDirection(header);
    const { shapes, end } = codeShapes(header, codesAt, shape.count);
    if (end !== header.length)
      throw new DamagedArchiveError(`${header.length - end} bytes follow the header of a trellis.`);
    const steps = countSteps(layout, shape);
    return layout === 'tensor' ? shapes : [{ length: 2 * steps, width: 2 }, ...shapes];
  },

  dequantize({ header, parts }, shape, values, workspace) {
    const { direction, codesAt } = readDirection(header);
    const { layout, steps, rest } = readLines(header, parts);
    const codes = readCodes(header, codesAt, rest, workspace);
    const stepOf = stepFinder(layout, shape, shape.count, steps);
    for (const { start, count, pitch } of runsOf(direction, shape, shape.count)) {
      let state = 0;
      for (let at = start, end = start + count * pitch; at < end; at += pitch) {
        const code = codes[at] ?? 0;
        values[at] = lineOf(code, state) * (stepOf(at) / 2);
        state = next[2 * state + (code & 1)] ?? 0;
      }
    }
  },

  bound(piece, parameters) {
    const stepOf = stepFinder(parameters.layout, piece, piece.values.length, stepsOf(piece, parameters));
    const most = parameters.means ? 1 + mostMoved / 2 : 1;
    return { each: (place) => most * stepOf(place) * roundedUp };
  },
});

/** The step of the number at each place of a piece. */
function stepFinder(
  layout: Layout,
  { columns, firstColumn }: Pick<PieceShape, 'columns' | 'firstColumn'>,
  count: number,
  steps: Float32Array,
): (at: number) => number {
  const [first = 0] = steps;
  const width = Math.min(columns - firstColumn, count);
  if (layout === 'tensor') return () => first;
  if (layout === 'columns') return (at) => steps[firstColumn + (at % width)] ?? 0;
  return (at) => steps[Math.floor(at / width)] ?? 0;
}

/** Fills `codes` with those of the best ways through the trellis. */
function nearestCodes(
  piece: Piece,
  { direction, prices: given, weight, means }: Parameters,
  stepOf: (at: number) => number,
  codes: Int32Array,
  workspace: Workspace,
): void {
  const { values } = piece;
  const { ways } = trellisKernel(workspace);
  const words = (length: number): readonly [SharedArrayBuffer, number, number] => {
    const { buffer, byteOffset } = workspace.allocate(4 * length);
    return [buffer, byteOffset, length];
  };
  const wanted = new Float32Array(...words(longestRun));
  const lines = new Int32Array(...words(longestRun));
  const prices = new Float32Array(...words(given.length));
  prices.set(given);
  const room = workspace.allocate(roomOf(longestRun));
  const aimed = means ? new Float32Array(...words(longestRun)) : wanted;
  const own = means?.subarray(piece.firstColumn);
  const width = Math.min(piece.columns - piece.firstColumn, codes.length);
  /** What the errors of the row so far sum up to, each times what its weight is multiplied with. */
  let sum = 0;
  for (const { start, count, pitch } of runsOf(direction, piece, codes.length)) {
    for (let place = 0; place < count; place++) {
      const step = stepOf(start + place * pitch);
      wanted[place] = step > 0 ? ((values[start + place * pitch] ?? 0) * 2) / step : 0;
    }
    const take = (): void => ways({ wanted: aimed, count, prices, weight, isFree: false, lines, room });
    if (own) {
      const column = start % width;
      if (column === 0) sum = 0;
      const isLast = column + count === width;
      sum = takeBalanced({ wanted, aimed, lines, count, take }, own.subarray(column, column + count), sum, isLast);
    } else take();
    let state = 0;
    for (let place = 0; place < count; place++) {
      const code = codeOfLine(lines[place] ?? 0, state);
      codes[start + place * pitch] = code;
      state = next[2 * state + (code & 1)] ?? 0;
    }
  }
}

function readDirection(header: Uint8Array): {
  readonly layout: Layout;
  readonly direction: Direction;
  readonly codesAt: number;
} {
  const { layout, codesAt } = readLayout(header);
  const direction = directions[header[codesAt] ?? 255];
  if (direction === undefined)
    throw new DamagedArchiveError(`A trellis goes ${header[codesAt]}, which is no direction.`);
  return { layout, direction, codesAt: codesAt + 1 };
}
