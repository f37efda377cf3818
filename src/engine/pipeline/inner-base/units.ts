import { matrixShape, type MatrixShape } from '../../archive/inner-base.ts';
import type { ByteSource } from '../../io/source.ts';
import { isFloat, type FloatDType } from '../../tensor/floats.ts';
import { sliceOf } from '../../tensor/slice.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import type { ScannedFile } from '../cut/duplicates.ts';

/** A float tensor, or a slice of one, as a matrix in a file. */
export interface Matrix extends MatrixShape {
  /** Of the tensor, among all of all files. */
  readonly number: number;
  /** 0: the whole tensor, else the number of its slice and 1. */
  readonly slice: number;
  readonly file: number;
  readonly source: ByteSource;
  readonly tensor: TensorRange;
  readonly dtype: FloatDType;
}

/** Matrices of one expert, or of one layer, by their names within it. */
export interface Unit {
  readonly number: number;
  readonly matrices: ReadonlyMap<string, Matrix>;
}

/** Smaller tensors share streams with their neighbours. */
const leastBytes = 16 * 1024;
/** No model has more experts in a layer; a tensor with more slices is something else. */
const mostSlices = 1024;
const numbered = /^(?<before>.*\b(?:experts?|layers?|blocks?|h)\.)(?<number>\d+)\.(?<within>.+)$/;

/** The layer that a tensor with all its experts belongs to, and what it is there. */
const inLayer = /^(?<before>.*(?<![a-z\d])\d+[./])?(?<within>.+)$/i;

/** Matrices by the family that they are of, the number of the unit in that, and their names within it. */
class Families {
  readonly #families = new Map<string, Map<number, Map<string, Matrix>>>();

  add(family: string, number: number, within: string, matrix: Omit<Matrix, keyof MatrixShape | 'dtype'>): void {
    const { tensor } = matrix;
    const shape = matrixShape(tensor);
    if (!shape || !isFloat(tensor.dtype) || tensor.byteLength < leastBytes) return;
    const units = this.#families.get(family) ?? new Map<number, Map<string, Matrix>>();
    const matrices = units.get(number) ?? new Map<string, Matrix>();
    this.#families.set(family, units.set(number, matrices));
    matrices.set(within, { ...shape, ...matrix, dtype: tensor.dtype });
  }

  /** Those of more than one unit. */
  get units(): readonly (readonly Unit[])[] {
    return [...this.#families.values()]
      .map((family) => [...family].map(([number, matrices]) => ({ number, matrices })))
      .filter((units) => units.length > 1);
  }
}

type Numbered = Pick<Matrix, 'number' | 'file' | 'source' | 'tensor'>;

function* tensorsOf(files: readonly ScannedFile[]): Generator<Numbered> {
  let number = 0;
  for (const [file, { source, layout }] of files.entries())
    for (const tensor of layout?.tensors ?? []) yield { number: number++, file, source, tensor };
}

/** Experts of each layer that are tensors of their own, and layers, of which a model has several with matrices of the same names. */
export function findUnits(
  files: readonly ScannedFile[],
  isLeftOut: (tensor: number) => boolean,
): readonly (readonly Unit[])[] {
  const families = new Families();
  for (const one of tensorsOf(files)) {
    const { before = '', number, within = '' } = numbered.exec(one.tensor.name)?.groups ?? {};
    if (number !== undefined && !isLeftOut(one.number))
      families.add(before, Number(number), within, { ...one, slice: 0 });
  }
  return families.units;
}

/** Experts of each layer that are slices of tensors with three extents, as many in each. */
export function findStackedUnits(
  files: readonly ScannedFile[],
  isLeftOut: (tensor: Numbered) => boolean,
): readonly (readonly Unit[])[] {
  const families = new Families();
  for (const one of tensorsOf(files)) {
    const [count = 0, ...rest] = one.tensor.shape;
    if (rest.length !== 2 || count > mostSlices || !(one.tensor.byteLength >= count * leastBytes)) continue;
    if (isLeftOut(one)) continue;
    const { before = '', within = '' } = inLayer.exec(one.tensor.name)?.groups ?? {};
    for (let slice = 0; slice < count; slice++) {
      const tensor = sliceOf(one.tensor, slice);
      if (tensor) families.add(`${before} ${count}`, slice, within, { ...one, tensor, slice: slice + 1 });
    }
  }
  return families.units;
}

const inward = /(gate|up|fc1|fc_in|c_fc|w1|w3|wi|wi_0|wi_1|h_to_4h|intermediate|input_linear)[^/]*$/;
const outward = /(down|fc2|fc_out|c_proj|w2|wo|4h_to_h|output)[^/]*$/;
const attention = /att/;

/**
 * The axis along which each matrix has the hidden neurons of a unit, which may stand in any order, if they are stored so; none where not
 * both those that lead to them and those that lead from them are known. Gate and up may be one matrix, with two lines for each neuron.
 */
export function hiddenAxes({ matrices }: Unit, isTransposed: boolean): ReadonlyMap<string, 0 | 1> {
  const found = new Map<string, 0 | 1>();
  for (const within of matrices.keys()) {
    if (attention.test(within)) continue;
    const isOutward = outward.test(within);
    if (isOutward || inward.test(within)) found.set(within, isOutward === isTransposed ? 0 : 1);
  }
  const extents = [...found].map(([within, axis]) => linesAlong(matrices.get(within), axis));
  const least = Math.min(...extents);
  const hasBoth = new Set(found.values()).size === 2;
  const fits = extents.every((extent) => extent === least || extent === 2 * least);
  return fits && hasBoth ? found : new Map();
}

/** Rows (0) or columns (1) of a matrix. */
export function linesAlong(matrix: MatrixShape | undefined, axis: 0 | 1): number {
  return (axis === 0 ? matrix?.rows : matrix?.columns) ?? 0;
}
