import { z } from 'zod';
import { DamagedArchiveError, UsageError } from '../errors.ts';
import type { Workspace } from '../kernels/workspace.ts';
import { float32Bytes, joinBytes, readFloat32 } from './bytes.ts';
import type { Geometry, Piece, PieceShape, Told, ToldSteps } from './quantizer.ts';
import { mostColumns, totalCount, type TensorStatistics } from './statistics.ts';
import { readSteps, stepsHeaderBytes, writeSteps } from './steps.ts';

// What methods share that round to even lines: where lines are, and how that is stored.

const layouts = ['tensor', 'rows', 'columns'] as const;
/** What has a step of its own. */
export type Layout = (typeof layouts)[number];

/** Where the lines of a tensor are. */
export interface Lines {
  readonly layout: Layout;
  /** Distance of lines for each root mean square of a row. */
  readonly relative: number;
  /** Distance of lines: one of the tensor, one of each column, or, where they were told, one of each row. */
  readonly steps?: Float32Array | undefined;
}

/** Lines, and how numbers come to them. */
export interface RoundedLines extends Lines {
  readonly rounding: 'balanced' | 'nearest';
  /** How far beyond half a step numbers still become zero, in steps. */
  readonly deadZone: number;
  /** What the numbers of each column are multiplied with on average; all the same where that is not known. */
  readonly means?: Float32Array | undefined;
}

/** Options of every such method, in words for people. */
export const lineOptions = {
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
};

/** From the finest to the coarsest, where methods are compared. */
export const lineLadder = [
  { coarseness: 0.05 },
  { coarseness: 0.1 },
  {},
  { coarseness: 0.35 },
  { coarseness: 0.7 },
  { coarseness: 1.2 },
] as const;

/** Options with lines at a share of their distance. */
export const finerLines =
  (share: number) =>
  <Options extends { readonly coarseness: number }>(given: Options): Options => ({
    ...given,
    coarseness: Math.max(0.001, share * given.coarseness),
  });

/** What a person says of them. */
export interface LineOptions {
  readonly coarseness: number;
  readonly growth: number;
  readonly scale: 'tensor' | 'channel';
  /** 0 leaves it to the coarseness. */
  readonly step: number;
}

/** A tensor of so many weights has the step that was asked for. */
const usualCount = 65_536;
/** Rows shorter than this share the lines of the tensor. */
const leastRow = 8;
/** The largest finite single-precision number. */
const largestStep = 3.4028234663852886e38;
/** Codes stay below 2^24, which single precision tells apart. */
const leastShare = 2 ** -24;

/** Chooses the lines of a tensor; absent steps are found row by row. */
export function planLines(
  geometry: Geometry,
  statistics: TensorStatistics,
  { coarseness, growth, scale, step }: LineOptions,
  told: Told | undefined,
): Lines {
  const relative = relativeStep(totalCount(statistics) / (geometry.matrices ?? 1), { coarseness, growth });
  if (told && 'along' in told && told.along !== 'tensor')
    return { layout: toldLayout(told, geometry), relative, steps: told.steps };
  const layout = scale === 'tensor' || step > 0 ? 'tensor' : layoutFor(geometry, statistics);
  if (layout === 'rows') return { layout, relative };
  if (layout === 'columns') return { layout, relative, steps: columnSteps(geometry, statistics, relative) };
  return { layout, relative, steps: Float32Array.of(tensorStep(statistics, relative, step)) };
}

/** Distance of lines for each root mean square, in a matrix of so many weights. */
export function relativeStep(
  count: number,
  { coarseness, growth }: Pick<LineOptions, 'coarseness' | 'growth'>,
): number {
  return coarseness * (count / usualCount) ** (growth / 2);
}

function toldLayout({ along, steps }: ToldSteps, geometry: Geometry): 'rows' | 'columns' {
  if (along === 'tensor' || steps.length !== geometry[along])
    throw new UsageError(`${steps.length} steps were told along the ${along} of a tensor of other extents.`, { along });
  return along;
}

/** The steps of a piece: its rows' share of those that are known before, or of each row what its numbers ask for. */
export function stepsOf(piece: Piece, { layout, relative, steps }: Lines): Float32Array {
  if (!steps) return rowSteps(piece, relative);
  if (layout !== 'rows') return steps;
  const rows = Math.max(1, Math.floor(piece.values.length / piece.columns));
  return steps.subarray(piece.firstRow, piece.firstRow + rows);
}

/** One step is stored as it is, many are rounded up. */
export function stepParts(layout: Layout, wanted: Float32Array, workspace: Workspace) {
  const layoutByte = Uint8Array.of(layouts.indexOf(layout));
  if (layout === 'tensor')
    return { header: joinBytes(layoutByte, float32Bytes(wanted[0] ?? 0)), steps: wanted, part: [] };
  const { header, steps, part } = writeSteps(wanted, workspace);
  return { header: joinBytes(layoutByte, header), steps, part: [part] };
}

export function readLayout(header: Uint8Array): { readonly layout: Layout; readonly codesAt: number } {
  const layout = layouts[header[0] ?? 255];
  if (layout === undefined) throw new DamagedArchiveError(`Lines have no layout ${header[0]}.`);
  if (layout !== 'tensor') return { layout, codesAt: 1 + stepsHeaderBytes };
  const step = readFloat32(header, 1);
  if (!(step >= 0) || step === Infinity) throw new DamagedArchiveError(`Lines are ${step} apart.`);
  return { layout, codesAt: 5 };
}

/** The steps of a decoder, from a header that begins with a layout, and the parts behind them. */
export function readLines<Part extends { readonly bytes: Uint8Array; readonly width: 1 | 2 | 4 | 8 }>(
  header: Uint8Array,
  parts: readonly Part[],
): { readonly layout: Layout; readonly codesAt: number; readonly steps: Float32Array; readonly rest: readonly Part[] } {
  const { layout, codesAt } = readLayout(header);
  if (layout === 'tensor') return { layout, codesAt, steps: Float32Array.of(readFloat32(header, 1)), rest: parts };
  return { layout, codesAt, steps: readSteps(header, 1, parts[0]), rest: parts.slice(1) };
}

/** Steps are stored up to a thirty-second of an octave larger. */
export const roundedUp = 2 ** (1 / 32);

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

export function countSteps(layout: Layout, { count, columns }: PieceShape): number {
  return layout === 'tensor' ? 1 : layout === 'columns' ? columns : Math.max(1, Math.floor(count / columns));
}

/** Calls back with each run of numbers and the number of the step of its first; in `columns` each next number has the next. */
export function eachRow(
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
