import { descentBytes, learnBooks } from '../../../engine/descent/index.ts';
import {
  allocateFloat32,
  meetInputs,
  prepareFeedback,
  roundWithFeedback,
  roundWithTrellis,
  type Feedback,
  type Rate,
  type RoundingManner,
  type RowRun,
  type Rows,
  type TrellisManner,
} from '../../../engine/feedback/index.ts';
import { meetRidge } from '../../../engine/feedback/ridge.ts';
import { Workspace } from '../../../engine/kernels/workspace.ts';
import type { ToldBooks, ToldSteps } from '../../../engine/quantizers/quantizer.ts';
import { longestRun } from '../../../engine/trellis/runs.ts';
import type { Layer } from '../layers/layers.ts';
import { codeOf } from './prices.ts';
import { blocksOf, strideOf, SumsFile } from '../calibrate/sums.ts';

/** A layer's weights, what is known of its inputs, and how they are to be rounded. */
export interface LayerTask {
  readonly layer: Layer;
  readonly told: ToldSteps;
  /** The path of the sums of its inputs, and whether those have moved. */
  readonly sums: string;
  readonly isMoved: boolean;
  readonly manner: RoundingManner;
  /** Codebooks that are to be learned from the lines that weights were rounded to, at most; default none. */
  readonly codebooks?: number | undefined;
  /** Present: rows are rounded by a trellis that goes over these of them, whatever the manner says. */
  readonly trellis?: (TrellisManner & { readonly runs: readonly RowRun[] }) | undefined;
}

/** The feedback of the layer that was rounded last, block by block: its factors take longest, and most are needed again. */
let lately: { readonly path: string; readonly blocks: readonly (Feedback | undefined)[] } | undefined;
/** Bytes that it may take. */
const mostLately = 2 ** 27;

/**
 * Squared errors of outputs that a bit may cost when codebooks are learned: none. Traded evenly, a reader of digits came out a fifth
 * farther from its original at the same size.
 */
const perBit = 0;

/**
 * Rounds the weights of a layer block by block, errors fed back; first they are made to fit inputs that have moved. Tells codebooks,
 * where they were to be learned and could be: for layers of one block whose rows all have one step.
 */
export async function roundLayer(
  values: Float32Array,
  { layer, told, sums: path, isMoved, manner, codebooks = 0, trellis }: LayerTask,
): Promise<ToldBooks | undefined> {
  const { rows, groups } = layer;
  await using file = await SumsFile.open(path, layer, isMoved);
  const blocks = blocksOf(layer);
  const largest = blocks.reduce((most, { size }) => Math.max(most, size), 1);
  const lanesBytes = trellis ? 12 * strideOf(longestRun) + 4 : 480;
  // Sums, factor in double precision, shares (with a ridge twice) and the lanes of a sweep.
  const learns = codebooks > 0 && blocks.length === 1 && told.along === 'tensor';
  const more = (learns ? descentBytes(largest) : 0) + 2 ** 17;
  const workspace = new Workspace(largest * largest * 16 + 8 * strideOf(largest) ** 2 + largest * lanesBytes + more);
  const place = placeIn(layer);
  const known = !isMoved && lately?.path === path ? lately.blocks : undefined;
  const isKept = !isMoved && !known && blocks.reduce((sum, { size }) => sum + 4 * size * size, 0) <= mostLately;
  const kept: (Feedback | undefined)[] = [];
  if (!known) lately = undefined;
  let books: ToldBooks | undefined;
  for (const [number, { group, first, size }] of blocks.entries()) {
    const mark = workspace.mark();
    const stride = strideOf(size);
    const { rate } = manner;
    const sums = known && !learns && !rate ? undefined : await file.next(size, workspace);
    const moves = isMoved ? await file.next(size, workspace) : undefined;
    const feedback =
      known || !sums ? placed(known?.[number], workspace) : prepareFeedback(sums, stride, size, workspace);
    if (isKept) kept.push(feedback && { ...feedback, shares: feedback.shares.slice(), costs: feedback.costs.slice() });
    const firstRow = group * (rows / groups);
    const block: Rows = {
      rows: rows / groups,
      step: (row) => told.steps[told.along === 'tensor' ? 0 : firstRow + row] ?? 1,
      at: (row, column) => place(firstRow + row, first + column),
    };
    const wanted = learns ? values.slice() : undefined;
    const priced =
      feedback && sums && rate
        ? meetRidge(values, block, feedback, { sums, moves, stride, rate }, workspace)
        : undefined;
    if (!priced && feedback && moves) meetInputs(values, block, feedback, { products: moves, stride }, workspace);
    if (trellis)
      roundWithTrellis(values, block, trellis.runs, feedback ?? noFeedback(size, workspace), workspace, trellis);
    else if (priced) roundWithFeedback(values, block, priced.feedback, workspace, { ...manner, rate: priced.rate });
    else if (feedback) roundWithFeedback(values, block, feedback, workspace, manner);
    else roundPlainly(values, block, size, manner.rate);
    if (feedback && sums && wanted) {
      books = learnBooks(values, wanted, block, { sums, stride, size, perBit, groups: codebooks }, workspace);
    }
    workspace.release(mark);
  }
  if (isKept) lately = { path, blocks: kept };
  return books;
}

function placed(feedback: Feedback | undefined, workspace: Workspace): Feedback | undefined {
  if (!feedback) return undefined;
  const { shares, costs } = feedback;
  const own = { shares: allocateFloat32(shares.length, workspace), costs: allocateFloat32(costs.length, workspace) };
  own.shares.set(shares);
  own.costs.set(costs);
  return { ...feedback, ...own };
}

/** For inputs that depend on nothing. */
function noFeedback(size: number, workspace: Workspace): Feedback {
  const shares = allocateFloat32(size * size, workspace);
  return { size, shares, costs: allocateFloat32(size, workspace).fill(1), meanCost: 1 };
}

function roundPlainly(values: Float32Array, { rows, step, at }: Rows, size: number, rate: Rate | undefined): void {
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < size; column++) {
      const place = at(row, column);
      values[place] = codeOf(values[place] ?? 0, step(row), rate, place) * step(row);
    }
}

/** What each output of a layer gives less, on average over the inputs, since its weights were changed. */
export async function lostBy(
  before: Float32Array,
  after: Float32Array,
  { layer, sums: path, isMoved }: Pick<LayerTask, 'layer' | 'sums' | 'isMoved'>,
): Promise<Float64Array> {
  const { rows, columns, groups } = layer;
  await using file = await SumsFile.open(path, layer, isMoved);
  const { samples, totals } = file;
  const each = groups * columns;
  const place = placeIn(layer);
  return Float64Array.from({ length: rows }, (_, row) => {
    const start = Math.floor(row / (rows / groups)) * columns;
    let sum = 0;
    for (let column = 0; column < columns; column++) {
      const [now, move] = [totals[start + column] ?? 0, isMoved ? (totals[each + start + column] ?? 0) : 0];
      const at = place(row, column);
      sum += (before[at] ?? 0) * (now + move) - (after[at] ?? 0) * now;
    }
    return sum / Math.max(1, samples);
  });
}

/** Where the weight of a row and a column is stored. */
export function placeIn({ rows, columns, groups, isTransposed }: Layer): (row: number, column: number) => number {
  if (!isTransposed) return (row, column) => row * columns + column;
  const each = rows / groups;
  if (groups === 1) return (row, column) => column * rows + row;
  return (row, column) => (Math.floor(row / each) * columns + column) * each + (row % each);
}
