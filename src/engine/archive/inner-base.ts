import { sliceOf } from '../tensor/slice.ts';
import type { TensorRange } from '../tensor/tensor.ts';

/**
 * A base that an archive makes of itself: the bytes of some of its tensors, or slices of them, one behind another, rows or columns put
 * in another order, for what nearly equals those. Columns of a table, and the orders that they name.
 */
export interface InnerBase {
  /** Numbers of tensors. What is taken of them does not need this base itself. */
  readonly tensors: readonly number[];
  /** 0: the whole tensor, else the number of one of its slices and 1; absent: zeros. */
  readonly slices?: readonly number[] | undefined;
  /** What is put in order: 0 rows, 1 columns. */
  readonly axes: readonly number[];
  /** 0: as it is, else the number of a permutation and 1. */
  readonly orders: readonly number[];
  /** The row or column that comes to each place. */
  readonly permutations: readonly (readonly number[])[];
}

/** A tensor as rows of equal length. */
export interface MatrixShape {
  readonly rows: number;
  readonly columns: number;
  /** Bytes of an element. */
  readonly width: number;
}

/** The most bytes of a row, which is held in memory. */
const mostRowBytes = 2 ** 24;

/** The first extent of a tensor against all others; `undefined` where its bytes do not fit that, or rows are too long. */
export function matrixShape({ shape, byteLength }: TensorRange): MatrixShape | undefined {
  const [rows = 0, ...rest] = shape;
  const columns = rest.reduce((product, extent) => product * extent, 1);
  const width = byteLength / (rows * columns);
  const fits = rest.length > 0 && [1, 2, 4, 8].includes(width) && columns * width <= mostRowBytes;
  return fits ? { rows, columns, width } : undefined;
}

/** What a part of an inner base is made from. */
export interface InnerPart<Tensor extends TensorRange> extends MatrixShape {
  /** The same one in all parts that are made from the same bytes. */
  readonly tensor: Tensor;
  /** Whether that is a slice of the archive's tensor, of which there is no digest. */
  readonly isSlice: boolean;
  /** Its first byte in the inner base. */
  readonly start: number;
  readonly axis: 0 | 1;
  readonly order: readonly number[] | undefined;
}

/** The parts of an inner base in order; throws an `Error` that says what is wrong where it contradicts its tensors. */
export function innerParts<Tensor extends TensorRange>(
  { tensors: numbers, slices = [], axes, orders, permutations }: InnerBase,
  tensors: readonly Tensor[],
): readonly InnerPart<Tensor>[] {
  const hasRows = (column: readonly number[]): boolean => column.length === numbers.length;
  if (!hasRows(axes) || !hasRows(orders) || !(slices.length === 0 || hasRows(slices)))
    throw new Error('uneven columns');
  const sources = new Map<string, Tensor | undefined>();
  let start = 0;
  return numbers.map((number, row) => {
    const [whole, slice = 0] = [tensors[number], slices[row]];
    const key = `${number} ${slice}`;
    if (!sources.has(key)) sources.set(key, whole && slice > 0 ? sliceOf(whole, slice - 1) : whole);
    const tensor = sources.get(key);
    const shape = tensor && matrixShape(tensor);
    const [axis, order = 0] = [axes[row], orders[row]];
    if (!shape || (axis !== 0 && axis !== 1))
      throw new Error(`${slice > 0 ? `slice ${slice} of ` : ''}tensor ${number} is no matrix`);
    const permutation = order === 0 ? undefined : permutations[order - 1];
    const extent = axis === 0 ? shape.rows : shape.columns;
    if (order > 0 && !(permutation && isPermutation(permutation, extent)))
      throw new Error(`order ${order} of tensor ${number} is none of ${extent}`);
    const part = { ...shape, tensor, isSlice: slice > 0, start, axis, order: permutation } as const;
    start += tensor.byteLength;
    return part;
  });
}

function isPermutation(order: readonly number[], extent: number): boolean {
  if (order.length !== extent) return false;
  const seen = new Uint8Array(extent);
  for (const place of order) {
    if (!(place < extent) || seen[place] === 1) return false;
    seen[place] = 1;
  }
  return true;
}
