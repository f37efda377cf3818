import { z } from 'zod';
import { DamagedArchiveError, UsageError } from '../../errors.ts';
import type { Workspace } from '../../kernels/workspace.ts';
import { float32Bytes, joinBytes, readFloat32 } from '../bytes.ts';
import { codeShapes, readCodes, writeCodes } from '../codes.ts';
import { defineQuantizer, type Geometry, type Piece, type PieceShape, type ToldSteps } from '../quantizer.ts';
import { mostColumns, totalCount, type TensorStatistics } from '../statistics.ts';
import { readSteps, stepsHeaderBytes, writeSteps } from '../steps.ts';
import { balanceErrors, fromGrid, toGrid, widenZero } from './kernel.ts';

const options = z.strictObject({
  coarseness: z.number().min(0.001).max(4).default(0.2).meta({
    title: 'Coarseness',
    description:
      'Distance of the lines for each standard deviation of the weights; twice as much saves about one bit a weight.',
  }),
  growth: z.number().min(0).max(1).default(0.5).meta({
    title: 'Growth with size',
    description:
      'How much coarser larger tensors are treated than smaller ones: 0 not at all, 1 with the root of their size.',
  }),
  scale: z.enum(['tensor', 'channel']).default('channel').meta({
    title: 'Lines for each',
    description: 'Whether all weights of a tensor share their lines, or each output channel has lines of its own.',
  }),
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
const layouts = ['tensor', 'rows', 'columns'] as const;
type Layout = (typeof layouts)[number];

interface Parameters extends Pick<Options, 'rounding' | 'deadZone'> {
  readonly layout: Layout;
  /** Distance of lines for each root mean square of a row. */
  readonly relative: number;
  /** What the numbers of each column are multiplied with on average; all the same where that is not known. */
  readonly means?: Float32Array | undefined;
  /** Distance of lines: one of the tensor, one of each column, or, where they were told, one of each row. */
  readonly steps?: Float32Array | undefined;
}

/** A tensor of so many weights has the step that was asked for. */
const usualCount = 65_536;
/** Rows shorter than this share the lines of the tensor. */
const leastRow = 8;
/** The largest finite single-precision number. */
const largestStep = 3.4028234663852886e38;
/** Codes stay below 2^24, which single precision tells apart. */
const leastShare = 2 ** -24;

export const grid = defineQuantizer<Options, Parameters>({
  id: 'grid',
  title: 'Uniform grid',
  summary: 'Rounds each weight to a line of an even grid and codes the numbers of the lines as short as they can be.',
  wireId: 64,
  since: 2,
  options,
  ladder: [
    { coarseness: 0.05 },
    { coarseness: 0.1 },
    {},
    { coarseness: 0.35 },
    { coarseness: 0.7 },
    { coarseness: 1.2 },
  ],
  needs: { columns: 'channels', inputs: true },
  finer: (given) => ({ ...given, coarseness: Math.max(0.001, given.coarseness / 2) }),
  forConvolutions: (given) => ({ ...given, coarseness: Math.max(0.001, 0.6 * given.coarseness) }),

  plan(geometry, statistics, { coarseness, growth, scale, rounding, deadZone, step }, told) {
    const relative = coarseness * (totalCount(statistics) / usualCount) ** (growth / 2);
    if (told && told.along !== 'tensor')
      return { layout: toldLayout(told, geometry), relative, rounding: 'nearest', deadZone, steps: told.steps };
    const layout = scale === 'tensor' || step > 0 ? 'tensor' : layoutFor(geometry, statistics);
    const { inputMeans } = statistics;
    const means = inputMeans?.length === geometry.columns ? inputMeans : undefined;
    if (layout === 'rows') return { layout, relative, rounding, deadZone, means };
    // Channels that are columns, or unknown, are spread over pieces that know nothing of one another.
    const common = { layout, relative, rounding: 'nearest', deadZone } as const;
    if (layout === 'columns') return { ...common, steps: columnSteps(geometry, statistics, relative) };
    return { ...common, steps: Float32Array.of(tensorStep(statistics, relative, step)) };
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
    const { layout, codesAt } = readLayout(header);
    const isOne = layout === 'tensor';
    const steps = isOne ? Float32Array.of(readFloat32(header, 1)) : readSteps(header, 1, parts[0]);
    const codes = readCodes(header, codesAt, isOne ? parts : parts.slice(1), workspace);
    eachRow(layout, shape, shape.count, (start, end, step) => {
      fromGrid(codes, start, end, steps, step, values, layout === 'columns');
    });
  },

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

function toldLayout({ along, steps }: ToldSteps, geometry: Geometry): 'rows' | 'columns' {
  if (along === 'tensor' || steps.length !== geometry[along])
    throw new UsageError(`${steps.length} steps were told along the ${along} of a tensor of other extents.`, { along });
  return along;
}

/** The steps of a piece: its rows' share of those that are known before, or of each row what its numbers ask for. */
function stepsOf(
  piece: Piece,
  { layout, relative, steps }: Pick<Parameters, 'layout' | 'relative' | 'steps'>,
): Float32Array {
  if (!steps) return rowSteps(piece, relative);
  if (layout !== 'rows') return steps;
  const rows = Math.max(1, Math.floor(piece.values.length / piece.columns));
  return steps.subarray(piece.firstRow, piece.firstRow + rows);
}

/** One step is stored as it is, many are rounded up. */
function stepParts(layout: Layout, wanted: Float32Array, workspace: Workspace) {
  const layoutByte = Uint8Array.of(layouts.indexOf(layout));
  if (layout === 'tensor')
    return { header: joinBytes(layoutByte, float32Bytes(wanted[0] ?? 0)), steps: wanted, part: [] };
  const { header, steps, part } = writeSteps(wanted, workspace);
  return { header: joinBytes(layoutByte, header), steps, part: [part] };
}

function readLayout(header: Uint8Array): { readonly layout: Layout; readonly codesAt: number } {
  const layout = layouts[header[0] ?? 255];
  if (layout === undefined) throw new DamagedArchiveError(`A grid has no layout ${header[0]}.`);
  if (layout !== 'tensor') return { layout, codesAt: 1 + stepsHeaderBytes };
  const step = readFloat32(header, 1);
  if (!(step >= 0) || step === Infinity) throw new DamagedArchiveError(`The lines of a grid are ${step} apart.`);
  return { layout, codesAt: 5 };
}

/** Steps are stored up to a thirty-second of an octave larger. */
const roundedUp = 2 ** (1 / 32);

function layoutFor({ channels, rows, columns }: Geometry, { columnSquares }: TensorStatistics): Layout {
  if (channels === 'columns') return columnSquares && columns <= mostColumns && rows >= leastRow ? 'columns' : 'tensor';
  return channels === 'rows' && columns >= leastRow ? 'rows' : 'tensor';
}

function tensorStep({ squares, count, least, most }: TensorStatistics, relative: number, told: number): number {
  const greatest = Math.max(-least, most, 0);
  if (told > 0) return Math.fround(Math.max(told, greatest * leastShare));
  return Math.min(largestStep, Math.fround(stepOf(squares / Math.max(1, count), greatest, relative)));
}

function columnSteps(
  { rows }: Geometry,
  { columnSquares, columnLeast, columnMost }: TensorStatistics,
  relative: number,
): Float32Array {
  return Float32Array.from(columnSquares ?? [], (squares, column) =>
    stepOf(squares / rows, Math.max(-(columnLeast?.[column] ?? 0), columnMost?.[column] ?? 0), relative),
  );
}

function rowSteps({ values, columns, firstColumn }: Piece, relative: number): Float32Array {
  const width = Math.min(columns - firstColumn, values.length);
  return Float32Array.from({ length: values.length / width }, (_, row) => {
    let [squares, greatest] = [0, 0];
    for (let place = row * width; place < (row + 1) * width; place++) {
      const value = values[place] ?? 0;
      squares += value * value;
      greatest = Math.max(greatest, value, -value);
    }
    return stepOf(squares / width, greatest, relative);
  });
}

function stepOf(meanSquare: number, greatest: number, relative: number): number {
  return Math.max(relative * Math.sqrt(meanSquare), greatest * leastShare);
}

function countSteps(layout: Layout, { count, columns }: PieceShape): number {
  return layout === 'tensor' ? 1 : layout === 'columns' ? columns : Math.max(1, Math.floor(count / columns));
}

/** Calls back with each run of numbers and the number of the step of its first; in `columns` each next number has the next. */
function eachRow(
  layout: Layout,
  { columns, firstColumn }: Pick<PieceShape, 'columns' | 'firstColumn'>,
  count: number,
  use: (start: number, end: number, step: number) => void,
): void {
  if (layout === 'tensor') {
    use(0, count, 0);
    return;
  }
  const width = Math.min(columns - firstColumn, count);
  for (let start = 0; start < count; start += width)
    use(start, start + width, layout === 'columns' ? firstColumn : start / width);
}
