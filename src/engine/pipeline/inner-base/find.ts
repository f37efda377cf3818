import type { InnerBase } from '../../archive/inner-base.ts';
import type { ScannedFile } from '../duplicates.ts';
import { assign } from './assign.ts';
import { cosineOf, rowsOfUnit, sampleOf } from './look.ts';
import { nearestNeurons } from './nearest.ts';
import { findUnits, hiddenAxes, type Matrix, type Unit } from './units.ts';

/** A tensor that nearly equals another one of the same model, once that is put in order. */
export interface Likeness {
  readonly tensor: Matrix;
  readonly base: Matrix;
  readonly axis: 0 | 1;
  /** The row or column of the base that comes to each place. */
  readonly order: readonly number[] | undefined;
}

/** Units that others are compared with; of experts with different beginnings none is like another, and all would be such. */
const mostBases = 8;
/** Neurons that are looked for first, and how alike the middle one of them must be. */
const [glances, alike] = [16, 0.8];

/**
 * Finds, among experts of a layer and among layers, those whose matrices nearly equal an earlier one's, be it with the hidden
 * neurons in another order: rows of gate and up and columns of down together, assigned by the cosines of what leads to them. Looks
 * only at names where nothing is numbered so, and then at some rows of each matrix.
 */
export async function findLikenesses(files: readonly ScannedFile[], signal: AbortSignal): Promise<readonly Likeness[]> {
  const found: Likeness[] = [];
  for (const units of findUnits(files)) {
    const bases: Unit[] = [];
    for (const unit of units) {
      const likenesses = await likeOneOf(bases, unit, signal);
      if (likenesses.length > 0) found.push(...likenesses);
      else bases.unshift(unit);
      bases.splice(mostBases);
    }
  }
  return found;
}

async function likeOneOf(bases: readonly Unit[], unit: Unit, signal: AbortSignal): Promise<readonly Likeness[]> {
  for (const base of bases) {
    signal.throwIfAborted();
    const pairs = pairsOf(base, unit);
    if (pairs.length === 0) continue;
    const plain: Likeness[] = [];
    for (const pair of pairs) if ((await cosineOf(pair.base, pair.tensor)) > alike) plain.push(pair);
    if (plain.length > 0) return plain;
    for (const isTransposed of [false, true]) {
      const ordered = await inOrder(base, unit, hiddenAxes(unit, isTransposed), signal);
      if (ordered.length > 0) return ordered;
    }
  }
  return [];
}

function pairsOf(base: Unit, unit: Unit): readonly Likeness[] {
  return [...unit.matrices].flatMap(([within, tensor]) => {
    const other = base.matrices.get(within);
    const fits = other?.dtype === tensor.dtype && other.rows === tensor.rows && other.columns === tensor.columns;
    return fits ? [{ tensor, base: other, axis: 0, order: undefined }] : [];
  });
}

async function inOrder(
  base: Unit,
  unit: Unit,
  axes: ReadonlyMap<string, 0 | 1>,
  signal: AbortSignal,
): Promise<readonly Likeness[]> {
  const pairs = pairsOf(base, unit).filter(({ tensor }) => axesOf(unit, axes, tensor) !== undefined);
  if (pairs.length !== axes.size || pairs.length === 0) return [];
  const [one, other] = [await rowsOfUnit(unit, axes), await rowsOfUnit(base, axes)];
  const size = one.count;
  const likeness = (row: number, column: number): number => sampleOf(one, row, other, column);
  const best = Array.from({ length: Math.min(glances, size) }, (_, place) => {
    const row = Math.floor(((place + 0.5) * size) / Math.min(glances, size));
    let most = -1;
    for (let column = 0; column < size; column++) most = Math.max(most, likeness(row, column));
    return most;
  }).sort((left, right) => left - right);
  if ((best[best.length >> 1] ?? 0) < alike) return [];
  const order = assign(likeness, await nearestNeurons(one, other, signal));
  return pairs.map((pair) => ({ ...pair, axis: axesOf(unit, axes, pair.tensor) ?? 0, order }));
}

function axesOf({ matrices }: Unit, axes: ReadonlyMap<string, 0 | 1>, tensor: Matrix): 0 | 1 | undefined {
  for (const [within, matrix] of matrices) if (matrix === tensor) return axes.get(within);
  return undefined;
}

/** What an archive says of these. */
export function innerBaseOf(likenesses: readonly Likeness[]): InnerBase {
  const permutations = [...new Set(likenesses.flatMap(({ order }) => (order ? [order] : [])))];
  return {
    tensors: likenesses.map(({ base }) => base.number),
    axes: likenesses.map(({ axis }) => axis),
    orders: likenesses.map(({ order }) => (order ? permutations.indexOf(order) + 1 : 0)),
    permutations,
  };
}
