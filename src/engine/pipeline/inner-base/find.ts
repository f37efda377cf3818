import type { InnerBase } from '../../archive/inner-base.ts';
import type { Preset } from '../../codecs/codec.ts';
import type { IsHeld } from '../bases/match-tensors.ts';
import type { ScannedFile } from '../cut/duplicates.ts';
import { assign } from './assign.ts';
import { areAlike, areAlikeInOrder, haveAlikeNeurons, rowsOfUnit, sampleOf, UnitLook } from './look.ts';
import { nearestNeurons } from './nearest.ts';
import { findStackedUnits, findUnits, hiddenAxes, linesAlong, type Matrix, type Unit } from './units.ts';

/** A tensor, or a slice of one, that nearly equals another one of the same model, once that is put in order. */
export interface Likeness {
  readonly tensor: Matrix;
  readonly base: Matrix;
  readonly axis: 0 | 1;
  /** The row or column of the base that comes to each place. */
  readonly order: readonly number[] | undefined;
}

/** Units that others are compared with; of experts with different beginnings none is like another, and all would be such. */
const mostBases = 8;
/** Families without neurons in another order after which none are looked for any more. */
const mostFruitless = 4;

/**
 * Finds, among experts of a layer, be they tensors of their own or slices of one, and among layers, those whose matrices nearly equal
 * an earlier one's, be it with the hidden neurons in another order: rows of gate and up and columns of down together, assigned by the
 * cosines of what leads to them. Looks only at names and shapes where nothing is numbered or stacked so, and then at some rows of each
 * matrix. Where the first units are unlike each other no order is looked for among the rest, since that takes long and most models
 * have none; and with each family that was looked at in vain, fewer units of the next one are. For tensors that bases have none is told.
 */
export async function findLikenesses(
  files: readonly ScannedFile[],
  { isHeld = () => false, signal }: { readonly isHeld?: IsHeld; readonly signal: AbortSignal },
): Promise<readonly Likeness[]> {
  const stacks = findStackedUnits(files, ({ file, tensor }) => isHeld(file, tensor, true));
  const stacked = await findInFamilies(stacks, signal);
  const divided = new Set(stacked.map(({ tensor }) => tensor.number));
  const others = findUnits(files, (tensor) => divided.has(tensor));
  // What bases have may still be what others are like.
  const apart = (await findInFamilies(others, signal)).filter(
    ({ tensor: { file, tensor } }) => !isHeld(file, tensor, false),
  );
  const found = [...stacked, ...apart];
  // Slices one behind another, so that what holds several of them has one place in the base.
  return found.sort(({ tensor: one }, { tensor: other }) => one.number - other.number || one.slice - other.slice);
}

async function findInFamilies(
  families: readonly (readonly Unit[])[],
  signal: AbortSignal,
): Promise<readonly Likeness[]> {
  const found: Likeness[] = [];
  let fruitless = 0;
  for (const units of families) {
    const likenesses = await findInFamily(units, fruitless, signal);
    fruitless = likenesses.some(({ order }) => order) ? 0 : fruitless + 1;
    found.push(...likenesses);
  }
  return found;
}

async function findInFamily(
  units: readonly Unit[],
  fruitless: number,
  signal: AbortSignal,
): Promise<readonly Likeness[]> {
  const found: Likeness[] = [];
  const bases: UnitLook[] = [];
  const patience = Math.max(2, mostBases >> fruitless);
  for (const [place, unit] of units.entries()) {
    if (fruitless > 0 && place === patience && found.length === 0) return [];
    const look = new UnitLook(unit);
    const isHopeful = found.length > 0 || bases.length < patience;
    const likenesses = await likeOneOf(bases, look, fruitless < mostFruitless && isHopeful, signal);
    if (likenesses.length > 0) found.push(...likenesses);
    else bases.unshift(look);
    bases.splice(mostBases);
  }
  return found;
}

async function likeOneOf(
  bases: readonly UnitLook[],
  look: UnitLook,
  maybeInOrder: boolean,
  signal: AbortSignal,
): Promise<readonly Likeness[]> {
  for (const base of bases) {
    signal.throwIfAborted();
    const pairs = pairsOf(base.unit, look.unit);
    const plain: Likeness[] = [];
    for (const { within, ...pair } of pairs) if (await areAlike(look, base, within)) plain.push(pair);
    if (plain.length > 0) return plain;
    if (!maybeInOrder || pairs.length === 0) continue;
    for (const isTransposed of [false, true]) {
      const ordered = await inOrder(base, look, isTransposed, signal);
      if (ordered.length > 0) return ordered;
    }
  }
  return [];
}

function pairsOf(base: Unit, unit: Unit): readonly (Likeness & { readonly within: string })[] {
  return [...unit.matrices].flatMap(([within, tensor]) => {
    const other = base.matrices.get(within);
    const fits = other?.dtype === tensor.dtype && other.rows === tensor.rows && other.columns === tensor.columns;
    return fits ? [{ within, tensor, base: other, axis: 0, order: undefined }] : [];
  });
}

async function inOrder(
  base: UnitLook,
  look: UnitLook,
  isTransposed: boolean,
  signal: AbortSignal,
): Promise<readonly Likeness[]> {
  const axes = hiddenAxes(look.unit, isTransposed);
  const pairs = pairsOf(base.unit, look.unit).flatMap(({ within, ...pair }) => {
    const axis = axes.get(within);
    return axis === undefined ? [] : [{ ...pair, axis }];
  });
  if (pairs.length !== axes.size || pairs.length === 0) return [];
  if (!haveAlikeNeurons(await look.outline(isTransposed), await base.outline(isTransposed))) return [];
  const [one, other] = [await rowsOfUnit(look.unit, axes), await rowsOfUnit(base.unit, axes)];
  if (!haveAlikeNeurons(one, other)) return [];
  const likeness = (row: number, column: number): number => sampleOf(one, row, other, column);
  const order = await assign(likeness, await nearestNeurons(one, other, signal), signal);
  const found: Likeness[] = [];
  for (const pair of pairs) {
    const fitting = await orderOf(pair, order);
    if (fitting) found.push({ ...pair, order: fitting });
  }
  return found;
}

/**
 * The order of the lines of a matrix by that of the neurons. Where it has two for each, they stand in two halves or by turns; `undefined`
 * where neither shows a likeness.
 */
async function orderOf(
  { tensor, base, axis }: Likeness,
  neurons: readonly number[],
): Promise<readonly number[] | undefined> {
  if (linesAlong(tensor, axis) === neurons.length) return neurons;
  const halves = [...neurons, ...neurons.map((neuron) => neurons.length + neuron)];
  const turns = neurons.flatMap((neuron) => [2 * neuron, 2 * neuron + 1]);
  for (const order of [halves, turns]) if (await areAlikeInOrder(tensor, base, axis, order)) return order;
  return undefined;
}

/** The tensors whose slices these are, by file and offset. */
export function stacksOf(files: readonly unknown[], likenesses: readonly Likeness[]): readonly ReadonlySet<number>[] {
  const found = files.map(() => new Set<number>());
  for (const { file, slice, tensor } of likenesses.map((likeness) => likeness.tensor))
    if (slice > 0) found[file]?.add(tensor.offset - (slice - 1) * tensor.byteLength);
  return found;
}

/** What an archive says of these. */
export function innerBaseOf(likenesses: readonly Likeness[]): InnerBase {
  const permutations = [...new Set(likenesses.flatMap(({ order }) => (order ? [order] : [])))];
  const slices = likenesses.map(({ base }) => base.slice);
  return {
    tensors: likenesses.map(({ base }) => base.number),
    ...(slices.some((slice) => slice > 0) && { slices }),
    axes: likenesses.map(({ axis }) => axis),
    orders: likenesses.map(({ order }) => (order ? permutations.indexOf(order) + 1 : 0)),
    permutations,
  };
}

/** Whether a preset looks for tensors that nearly equal others of the same model. */
export function looksInside(preset: Preset | undefined): boolean {
  return preset !== 'quick';
}
