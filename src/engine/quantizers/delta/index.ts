import { z } from 'zod';
import { DamagedArchiveError } from '../../errors.ts';
import type { Workspace } from '../../kernels/workspace.ts';
import { binary } from '../binary/index.ts';
import { joinBytes } from '../bytes.ts';
import { grid } from '../grid/index.ts';
import { eachRow, type RoundedLines } from '../lines.ts';
import { lowRank } from '../low-rank/index.ts';
import { mostSketchRows } from '../sketch.ts';
import { defineQuantizer, type Bound, type Piece, type Quantized, type Quantizer } from '../quantizer.ts';
import { addBase, differencesFrom } from './kernel.ts';

const options = z.strictObject({
  kind: z.enum(['sign', 'grid', 'directions']).default('grid').meta({
    title: 'Differences as',
    description:
      'Signs with one magnitude for each row, numbers of the lines of an even grid, or sums of a few directions, which is what training with adapters of low rank makes; rows too long for directions get a grid.',
  }),
  coarseness: z.number().min(0.01).max(4).default(1).meta({
    title: 'Coarseness',
    description: 'Distance of the lines of a grid for each standard deviation of the differences in a row.',
  }),
  rank: z
    .int()
    .min(1)
    .max(mostSketchRows)
    .default(16)
    .meta({ title: 'Rank', description: 'The most directions that the differences of a tensor get.' }),
});

type Options = z.infer<typeof options>;
type LowRank = ReturnType<typeof lowRank.plan>;

export type DeltaParameters =
  | { readonly kind: 'sign' }
  | { readonly kind: 'grid'; readonly coarseness: number }
  | { readonly kind: 'directions'; readonly parameters: LowRank }
  /** The lines are known, those of rows from the first row of the piece on. */
  | { readonly kind: 'lines'; readonly lines: RoundedLines };

/** By their numbers in archives. */
const kinds = ['sign', 'grid', 'directions'] as const;
/** All energy that there is room for, and coefficients so fine that their rounding is little beside what is left out. */
const directionOptions = { energy: 1, step: 0.1 };

export const delta = defineQuantizer<Options, DeltaParameters>({
  id: 'delta',
  title: 'Difference to a base',
  summary:
    'Keeps how each weight differs from that of a base model, roughly: as a sign, on a coarse grid, or as few directions.',
  caution: 'Only for a model that was trained on from the base; restoring needs the base.',
  wireId: 73,
  since: 2,
  options,
  needsBase: true,
  finer: (given) => ({ ...given, kind: 'grid', coarseness: Math.max(0.01, given.coarseness / 4) }),
  measuresDifferences: ({ kind }) => kind === 'directions',

  plan(geometry, { differences }, { kind, coarseness, rank }) {
    if (kind === 'sign') return { kind };
    const given = { ...directionOptions, rank };
    if (kind === 'grid' || !differences || lowRank.refuses?.(geometry, given) !== undefined)
      return { kind: 'grid', coarseness };
    return { kind, parameters: lowRank.plan(geometry, differences, given) };
  },

  quantize(piece, given, workspace) {
    const { header, parts } = codeWith(given, differencesOf(piece)).quantize(workspace);
    const kind = kinds.indexOf(given.kind === 'lines' ? 'grid' : given.kind);
    return { header: joinBytes(Uint8Array.of(kind), header), parts };
  },

  partShapes: (header, shape) => innerOf(header).partShapes(header.subarray(1), shape),

  dequantize({ header, parts }, shape, values, workspace) {
    innerOf(header).dequantize({ header: header.subarray(1), parts }, shape, values, workspace);
    addBase(values, baseOf(shape.base));
  },

  bound: (piece, given) => codeWith(given, differencesOf(piece)).bound(),
});

/** Lines that are so many usual differences apart keep 95 % of what normally distributed ones add up to in their direction, at 1.3 bits each. */
const mostUsual = 2;
/** Signs of whole rows. */
const signs = { group: 0 };
/** Lines of a grid for each row. */
const rowLines = { layout: 'rows', rounding: 'nearest', deadZone: 0 } as const;

/** The method that differences are told by, with its parameters. */
function codeWith(given: DeltaParameters, differences: Piece) {
  switch (given.kind) {
    case 'sign':
      return withMethod(binary, signs, differences);
    case 'grid':
      return withMethod(grid, { ...rowLines, relative: given.coarseness }, differences);
    case 'lines':
      return withMethod(grid, fineEnough(given.lines, differences), { ...differences, firstRow: 0 });
    case 'directions':
      return withMethod(lowRank, given.parameters, differences);
  }
}

/** Lines that are no further apart than twice what numbers usually differ by: else all would become those of the base. */
function fineEnough(lines: RoundedLines, differences: Piece): RoundedLines {
  const { layout, steps = new Float32Array() } = lines;
  const { values } = differences;
  const [squares, counts] = [new Float64Array(steps.length), new Float64Array(steps.length)];
  eachRow(layout, differences, values.length, (start, end, first) => {
    for (let at = start; at < end; at++) {
      const step = layout === 'columns' ? first + at - start : first;
      squares[step] = (squares[step] ?? 0) + (values[at] ?? 0) ** 2;
      counts[step] = (counts[step] ?? 0) + 1;
    }
  });
  const usual = (place: number): number => Math.sqrt((squares[place] ?? 0) / Math.max(1, counts[place] ?? 0));
  return { ...lines, steps: steps.map((step, place) => Math.min(step, mostUsual * usual(place))) };
}

function withMethod<Given>(
  method: Pick<Quantizer<never, Given>, 'quantize' | 'bound'>,
  given: Given,
  differences: Piece,
): { quantize(workspace: Workspace): Quantized; bound(): Bound } {
  return {
    quantize: (workspace) => method.quantize(differences, given, workspace),
    bound: () => method.bound(differences, given),
  };
}

function innerOf(header: Uint8Array) {
  const kind = kinds[header[0] ?? 255];
  if (kind === undefined) throw new DamagedArchiveError(`There are no differences of kind ${header[0]}.`);
  return { sign: binary, grid, directions: lowRank }[kind];
}

function differencesOf(piece: Piece): Piece {
  return { ...piece, values: differencesFrom(piece.values, baseOf(piece.base)) };
}

function baseOf(base: Float32Array | undefined): Float32Array {
  if (base === undefined) throw new DamagedArchiveError('A piece is a difference, and there is nothing that it is to.');
  return base;
}
