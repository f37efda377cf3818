import { z } from 'zod';
import { readVarint, varintLength, writeVarint } from '../../codecs/varint.ts';
import { DamagedArchiveError } from '../../errors.ts';
import { joinBytes } from '../bytes.ts';
import { codeShapes, readCodes, writeCodes } from '../codes.ts';
import { defineQuantizer, type Geometry, type Piece, type PieceShape } from '../quantizer.ts';
import { mostColumns, type TensorStatistics } from '../statistics.ts';
import { readSteps, stepsHeaderBytes, writeSteps } from '../steps.ts';
import { fromCodes, squaredError, toCodes, type CodeRange } from './kernel.ts';

const options = z.strictObject({
  bits: z
    .int()
    .min(2)
    .max(8)
    .default(8)
    .meta({ title: 'Bits', description: 'Bits of a code, before coding makes it shorter.' }),
  scale: z.enum(['tensor', 'channel', 'group']).default('channel').meta({
    title: 'Scale for each',
    description: 'What shares a scale: the whole tensor, an output channel, or a group of neighbours in a row.',
  }),
  group: z
    .int()
    .min(8)
    .max(4096)
    .default(64)
    .meta({ title: 'Group', description: 'Numbers in a group, where each group has a scale.' }),
  symmetric: z.boolean().default(true).meta({
    title: 'Symmetric',
    description: 'Zero in the middle of the range; else the range follows the least and the largest number.',
  }),
  clip: z.enum(['none', 'error']).default('none').meta({
    title: 'Clipping',
    description: 'Whether the range may leave out the largest numbers where that makes the error smaller.',
  }),
});

type Options = z.infer<typeof options>;
type Layout = 'tensor' | 'groups' | 'columns';

interface Parameters extends Pick<Options, 'bits' | 'symmetric' | 'clip'> {
  readonly layout: Layout;
  /** Numbers of a row that share a scale; 0 for whole rows. */
  readonly group: number;
  /** Least and largest numbers: one of the tensor, or one of each column. */
  readonly least?: Float32Array;
  readonly most?: Float32Array;
}

const layouts: readonly Layout[] = ['tensor', 'groups', 'columns'];
/** Shares of the range that are tried when it may be clipped. */
const clipShares = Array.from({ length: 13 }, (_, place) => 1 - 0.05 * place);
/** Rows shorter than this have no scale of their own when nobody says that they are channels. */
const leastRow = 16;

export const int = defineQuantizer<Options, Parameters>({
  id: 'int',
  title: 'Whole numbers',
  summary: 'Stores each weight as a small whole number times a scale, as INT8 and INT4 do, and codes the numbers.',
  caution:
    'At 4 bits and below small convolutional models stop working; look at the grid, which is smaller at equal error.',
  wireId: 65,
  since: 2,
  options,
  ladder: [{}, { bits: 6 }, { bits: 5 }, { bits: 4 }, { bits: 3 }],
  needs: { columns: 'channels', sample: true },
  finer: (given) => ({ ...given, bits: Math.max(given.bits, 8) }),

  plan(geometry, statistics, { bits, scale, group, symmetric, clip }) {
    const layout = layoutFor(geometry, scale, statistics);
    const common = { bits, symmetric, clip, layout, group: scale === 'group' ? group : 0 };
    if (layout === 'groups') return common;
    if (layout === 'columns')
      return { ...common, clip: 'none', least: statistics.columnLeast, most: statistics.columnMost } as Parameters;
    const whole = rangeOf(statistics.sample ?? new Float32Array(), statistics.least, statistics.most, common);
    return { ...common, least: Float32Array.of(whole.least), most: Float32Array.of(whole.most) };
  },

  quantize(piece, parameters, workspace) {
    const { layout, symmetric, bits, group } = parameters;
    const { values, columns } = piece;
    const range = codeRange(bits, symmetric);
    const spans = spansOf(layout, group, { count: values.length, ...piece });
    const limits = limitsOf(piece, parameters, spans);
    const wanted = limits.map(({ least, most }) => stepFor(least, most, range, symmetric));
    const { header, steps, part } = writeSteps(Float32Array.from(wanted), workspace);
    const zeros = limits.map(({ least }, place) => (symmetric ? 0 : zeroFor(least, steps[place] ?? 0, range)));
    const room = workspace.allocate(4 * values.length);
    const codes = new Int32Array(room.buffer, room.byteOffset, values.length);
    eachSpan(spans, columns, values.length, piece.firstColumn, (start, end, place) => {
      toCodes(values, start, end, steps[place] ?? 0, zeros[place] ?? 0, range, codes);
    });
    const coded = writeCodes(codes, workspace, columns);
    const zeroPart = { bytes: new Uint8Array(Int8Array.from(zeros).buffer), width: 1, dtype: 'I8' } as const;
    return {
      header: joinBytes(writeHeader(layout, symmetric, group), header, coded.header),
      parts: [part, ...(symmetric ? [] : [zeroPart]), ...coded.parts],
    };
  },

  partShapes: (header, shape) => readHeader(header, shape).shapes,

  dequantize({ header, parts }, shape, values, workspace) {
    const { layout, symmetric, group, stepsAt, codesAt } = readHeader(header, shape);
    const steps = readSteps(header, stepsAt, parts[0]);
    const zeros = symmetric ? undefined : parts[1]?.bytes;
    const codes = readCodes(header, codesAt, parts.slice(symmetric ? 1 : 2), workspace);
    eachSpan(spansOf(layout, group, shape), shape.columns, shape.count, shape.firstColumn, (start, end, place) => {
      fromCodes(codes, start, end, steps[place] ?? 0, ((zeros?.[place] ?? 0) << 24) >> 24, values);
    });
  },

  linesOf(piece, parameters) {
    const { layout, symmetric, bits, group } = parameters;
    if (group > 0) return undefined;
    const spans = spansOf(layout, group, { count: piece.values.length, ...piece });
    const range = codeRange(bits, symmetric);
    const steps = Float32Array.from(limitsOf(piece, parameters, spans), ({ least, most }) =>
      stepFor(least, most, range, symmetric),
    );
    return { layout: layout === 'groups' ? 'rows' : layout, relative: 0, steps, rounding: 'nearest', deadZone: 0 };
  },

  bound(piece, parameters) {
    const { layout, symmetric, bits, group } = parameters;
    const { values, columns, firstColumn } = piece;
    const range = codeRange(bits, symmetric);
    const spans = spansOf(layout, group, { count: values.length, ...piece });
    const limits = limitsOf(piece, parameters, spans);
    const most = new Float64Array(values.length);
    eachSpan(spans, columns, values.length, firstColumn, (start, end, place) => {
      const { least = 0, most: top = 0 } = limits[place] ?? {};
      const step = stepFor(least, top, range, symmetric) * roundedUp;
      for (let at = start; at < end; at++) {
        const value = values[at] ?? 0;
        const outside = Math.max(0, value - top, (symmetric ? -top : least) - value);
        most[at] = outside + (symmetric ? step / 2 : step);
      }
    });
    return { each: (place) => most[place] ?? 0 };
  },
});

/** Steps are stored up to a thirty-second of an octave larger. */
const roundedUp = 2 ** (1 / 32);

interface Limits {
  readonly least: number;
  readonly most: number;
}

function layoutFor({ channels, columns }: Geometry, scale: Options['scale'], { columnMost }: TensorStatistics): Layout {
  if (scale === 'group') return 'groups';
  if (scale === 'tensor') return 'tensor';
  if (channels === 'columns') return columns <= mostColumns && columnMost ? 'columns' : 'groups';
  return channels === 'rows' || columns >= leastRow ? 'groups' : 'tensor';
}

/** All codes but the one byte value that stands for an escape. */
function codeRange(bits: number, symmetric: boolean): CodeRange {
  const most = 2 ** (bits - 1) - 1;
  return { least: symmetric || bits === 8 ? -most : -most - 1, most };
}

/** Zero always has a code of its own. */
function stepFor(least: number, most: number, range: CodeRange, symmetric: boolean): number {
  if (symmetric) return Math.max(-least, most, 0) / range.most;
  return Math.max(0, Math.max(most, 0) - Math.min(least, 0)) / (range.most - range.least);
}

function zeroFor(least: number, step: number, range: CodeRange): number {
  if (!(step > 0)) return 0;
  return Math.min(range.most, Math.max(range.least, range.least - Math.round(Math.min(least, 0) / step)));
}

interface Spans {
  readonly layout: Layout;
  /** Numbers of a row that share a step. */
  readonly group: number;
  readonly count: number;
}

/** How many steps a piece has, and what shares them. */
function spansOf(layout: Layout, group: number, { count, columns, firstColumn }: PieceShape): Spans {
  if (layout === 'tensor') return { layout, group: count, count: 1 };
  if (layout === 'columns') return { layout, group: 1, count: columns };
  const width = Math.min(columns - firstColumn, count);
  const size = group === 0 ? width : Math.min(group, width);
  return { layout, group: size, count: Math.ceil(width / size) * Math.max(1, Math.floor(count / columns)) };
}

/** Calls back with each run of neighbours that shares a step, and the number of that step. */
function eachSpan(
  { layout, group }: Spans,
  columns: number,
  count: number,
  firstColumn: number,
  use: (start: number, end: number, place: number) => void,
): void {
  if (layout === 'tensor') {
    use(0, count, 0);
    return;
  }
  const width = Math.min(columns - firstColumn, count);
  let place = 0;
  for (let row = 0; row < count; row += width) {
    if (layout === 'columns') place = firstColumn;
    for (let start = row; start < row + width; start += group)
      use(start, Math.min(row + width, start + group), place++);
  }
}

function limitsOf(piece: Piece, parameters: Parameters, spans: Spans): Limits[] {
  const { values, columns, firstColumn } = piece;
  const { least, most, layout } = parameters;
  if (layout !== 'groups')
    return Array.from({ length: spans.count }, (_, place) => ({
      least: least?.[place] ?? 0,
      most: most?.[place] ?? 0,
    }));
  const limits: Limits[] = [];
  eachSpan(spans, columns, values.length, firstColumn, (start, end) => {
    let [low, high] = [Infinity, -Infinity];
    for (let place = start; place < end; place++) {
      const value = values[place] ?? 0;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    limits.push(rangeOf(values.subarray(start, end), low, high, parameters));
  });
  return limits;
}

/** The range whose codes lose least, or the whole one where nothing may be clipped. */
function rangeOf(
  values: Float32Array,
  low: number,
  high: number,
  { bits, symmetric, clip }: Pick<Options, 'bits' | 'symmetric' | 'clip'>,
): Limits {
  const range = codeRange(bits, symmetric);
  const [least, most] = symmetric
    ? [-Math.max(-low, high, 0), Math.max(-low, high, 0)]
    : [Math.min(low, 0), Math.max(high, 0)];
  if (clip === 'none' || values.length === 0) return { least, most };
  let best: Limits & { readonly error: number } = { least, most, error: Infinity };
  for (const share of clipShares) {
    const limits = { least: least * share, most: most * share };
    const step = stepFor(limits.least, limits.most, range, symmetric);
    const zero = symmetric ? 0 : zeroFor(limits.least, step, range);
    const error = squaredError(values, 0, values.length, step, zero, range);
    if (error < best.error) best = { ...limits, error };
  }
  return best;
}

function writeHeader(layout: Layout, symmetric: boolean, group: number): Uint8Array {
  const header = new Uint8Array(1 + varintLength(group));
  header[0] = layouts.indexOf(layout) * 2 + (symmetric ? 1 : 0);
  writeVarint(header, 1, group);
  return header;
}

function readHeader(header: Uint8Array, shape: PieceShape) {
  const flags = header[0] ?? 255;
  const layout = layouts[flags >> 1];
  const { value: group, end: stepsAt } = readVarint(header, 1, header.length);
  if (layout === undefined || (layout !== 'groups' && group !== 0))
    throw new DamagedArchiveError(`Whole numbers of layout ${flags} in groups of ${group} are none.`);
  const symmetric = (flags & 1) === 1;
  const { count } = spansOf(layout, group, shape);
  const codesAt = stepsAt + stepsHeaderBytes;
  const { shapes, end } = codeShapes(header, codesAt, shape.count);
  if (end !== header.length)
    throw new DamagedArchiveError(`${header.length - end} bytes follow the header of whole numbers.`);
  const zeros = symmetric ? [] : [{ length: count, width: 1 } as const];
  return {
    ...{ layout, symmetric, group, stepsAt, codesAt },
    shapes: [{ length: 2 * count, width: 2 } as const, ...zeros, ...shapes],
  };
}
