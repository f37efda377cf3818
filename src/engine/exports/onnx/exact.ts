import type { WeightUses } from '../../onnx/index.ts';
import { geometryOf, roleOf } from '../../models/roles.ts';
import type { FloatTensor } from '../float-tensor.ts';
import { inBlocks, perChannel } from '../quantize/grouping.ts';
import { largestSlab } from '../quantize/local.ts';
import { isOnGrid } from '../quantize/quantize.ts';
import type { Stored } from '../stored.ts';
import type { CodesForm } from './form.ts';

/** What the operators of the new model can make. */
export interface Abilities {
  /** Zero points. */
  readonly hasZeros: boolean;
  /** Scales for blocks of a channel, and four-bit codes. */
  readonly hasBlocks: boolean;
}

/** Forms that lose nothing of a tensor. */
export interface ExactForms {
  readonly four?: CodesForm | undefined;
  readonly eight?: CodesForm | undefined;
}

/** Methods whose numbers are whole multiples of steps. */
const even = new Set(['grid', 'int']);

/**
 * Finds the forms in which a tensor of an approximate archive loses nothing: those of its own scales, where its numbers are
 * whole multiples of such. They are told from the numbers alone; the archive says only where it is worth looking.
 */
export async function exactForms(
  weight: WeightUses,
  floats: FloatTensor,
  stored: Stored | undefined,
  { hasZeros, hasBlocks }: Abilities,
  signal: AbortSignal,
): Promise<ExactForms> {
  if (stored === undefined || stored === 'exact' || !even.has(stored.method)) return {};
  const views = viewsOf(weight, floats, hasBlocks ? stored.options : {});
  const find = async (codings: readonly Pick<CodesForm, 'type' | 'hasZeros'>[]): Promise<CodesForm | undefined> => {
    for (const view of views)
      for (const coding of codings) {
        const form = { ...view, ...coding, kind: 'codes', scaleType: 'F32', isExact: true } as const;
        if (await isOnGrid(floats, form, signal)) return form;
      }
    return undefined;
  };
  const symmetric = { type: 'I8', hasZeros: false } as const;
  const eight = await find(hasZeros ? [symmetric, { type: 'I8', hasZeros: true }] : [symmetric]);
  const isCoarse = eight !== undefined && hasBlocks;
  return { eight, four: isCoarse ? await find([{ type: 'U4', hasZeros: true }]) : undefined };
}

type View = Pick<CodesForm, 'axis' | 'shape' | 'grouping' | 'isFlattened'>;

/** The ways in which the numbers may share scales, the simplest first. */
function viewsOf(
  weight: WeightUses,
  { shape, count }: FloatTensor,
  options: { readonly group?: unknown },
): readonly View[] {
  const { channelAxis } = roleOf(weight);
  const { rows, columns } = geometryOf(shape, channelAxis);
  const matrix = [rows, columns];
  const alongAxis = (axis: number): View => ({ axis, shape, grouping: perChannel(shape, axis), isFlattened: false });
  const alongMatrix = (axis: number): View => ({
    axis,
    shape: matrix,
    grouping: perChannel(matrix, axis),
    isFlattened: true,
  });
  const views = [...(channelAxis === undefined ? [] : [alongAxis(channelAxis)]), alongMatrix(0), alongMatrix(1)];
  const { group } = options;
  if (typeof group !== 'number' || group >= columns || group > largestSlab) return views;
  const blocks = { axis: 1, shape: matrix, grouping: inBlocks(matrix, 1, group), isFlattened: true };
  return count === rows * columns ? [...views, blocks] : views;
}
