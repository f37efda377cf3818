import { z } from 'zod';
import { DamagedArchiveError } from '../../errors.ts';
import { binary } from '../binary/index.ts';
import { joinBytes } from '../bytes.ts';
import { grid } from '../grid/index.ts';
import { defineQuantizer, type Piece } from '../quantizer.ts';
import { addBase, differencesFrom } from './kernel.ts';

const options = z.strictObject({
  kind: z.enum(['sign', 'grid']).default('grid').meta({
    title: 'Differences as',
    description: 'Signs with one magnitude for each row, or numbers of the lines of an even grid.',
  }),
  coarseness: z.number().min(0.01).max(4).default(1).meta({
    title: 'Coarseness',
    description: 'Distance of the lines of a grid for each standard deviation of the differences in a row.',
  }),
});

type Options = z.infer<typeof options>;

const kinds = ['sign', 'grid'] as const;

export const delta = defineQuantizer<Options, Options>({
  id: 'delta',
  title: 'Difference to a base',
  summary: 'Keeps how each weight differs from that of a base model, roughly: as a sign, or on a coarse grid.',
  caution: 'Only for a model that was trained on from the base; restoring needs the base.',
  wireId: 73,
  since: 2,
  options,
  needsBase: true,
  finer: (given) => ({ kind: 'grid', coarseness: Math.max(0.01, given.coarseness / 4) }),
  plan: (_geometry, _statistics, given) => given,

  quantize(piece, given, workspace) {
    const differences = differencesOf(piece);
    const { header, parts } =
      given.kind === 'sign'
        ? binary.quantize(differences, signs, workspace)
        : grid.quantize(differences, linesOf(given), workspace);
    return { header: joinBytes(Uint8Array.of(kinds.indexOf(given.kind)), header), parts };
  },

  partShapes: (header, shape) => innerOf(header).partShapes(header.subarray(1), shape),

  dequantize({ header, parts }, shape, values, workspace) {
    innerOf(header).dequantize({ header: header.subarray(1), parts }, shape, values, workspace);
    addBase(values, baseOf(shape.base));
  },

  bound(piece, given) {
    const differences = differencesOf(piece);
    return given.kind === 'sign' ? binary.bound(differences, signs) : grid.bound(differences, linesOf(given));
  },
});

/** Signs of whole rows. */
const signs = { group: 0 };

/** Lines of a grid for each row. */
function linesOf({ coarseness }: Options) {
  return { layout: 'rows', relative: coarseness, rounding: 'nearest', deadZone: 0 } as const;
}

function innerOf(header: Uint8Array) {
  const kind = kinds[header[0] ?? 255];
  if (kind === undefined) throw new DamagedArchiveError(`There are no differences of kind ${header[0]}.`);
  return kind === 'sign' ? binary : grid;
}

function differencesOf(piece: Piece): Piece {
  return { ...piece, values: differencesFrom(piece.values, baseOf(piece.base)) };
}

function baseOf(base: Float32Array | undefined): Float32Array {
  if (base === undefined) throw new DamagedArchiveError('A piece is a difference, and there is nothing that it is to.');
  return base;
}
