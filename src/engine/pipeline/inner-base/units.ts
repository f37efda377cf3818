import { matrixShape, type MatrixShape } from '../../archive/inner-base.ts';
import type { ByteSource } from '../../io/source.ts';
import { isFloat, type FloatDType } from '../../tensor/floats.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import type { ScannedFile } from '../cut/duplicates.ts';

/** A float tensor as a matrix in a file. */
export interface Matrix extends MatrixShape {
  /** Among all tensors of all files. */
  readonly number: number;
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
const numbered = /^(?<before>.*\b(?:experts?|layers?|blocks?|h)\.)(?<number>\d+)\.(?<within>.+)$/;

/** Experts of each layer, and layers, of which a model has several with matrices of the same names. */
export function findUnits(files: readonly ScannedFile[]): readonly (readonly Unit[])[] {
  const families = new Map<string, Map<number, Map<string, Matrix>>>();
  let number = 0;
  for (const [file, { source, layout }] of files.entries())
    for (const tensor of layout?.tensors ?? []) {
      const place = number++;
      const { before = '', number: member, within = '' } = numbered.exec(tensor.name)?.groups ?? {};
      const shape = matrixShape(tensor);
      if (member === undefined || !shape || !isFloat(tensor.dtype) || tensor.byteLength < leastBytes) continue;
      const family = families.get(before) ?? new Map<number, Map<string, Matrix>>();
      const matrices = family.get(Number(member)) ?? new Map<string, Matrix>();
      families.set(before, family.set(Number(member), matrices));
      matrices.set(within, { ...shape, number: place, file, source, tensor, dtype: tensor.dtype });
    }
  return [...families.values()]
    .map((family) => [...family].map(([member, matrices]) => ({ number: member, matrices })))
    .filter((units) => units.length > 1);
}

const inward = /(gate|up|fc1|fc_in|c_fc|w1|w3|wi|wi_0|wi_1|h_to_4h|intermediate)[^/]*$/;
const outward = /(down|fc2|fc_out|c_proj|w2|wo|4h_to_h|output)[^/]*$/;
const attention = /att/;

/**
 * The axis along which each matrix has the hidden neurons of a unit, which may stand in any order, if they are stored so; none where not
 * both those that lead to them and those that lead from them are known.
 */
export function hiddenAxes({ matrices }: Unit, isTransposed: boolean): ReadonlyMap<string, 0 | 1> {
  const found = new Map<string, 0 | 1>();
  for (const within of matrices.keys()) {
    if (attention.test(within)) continue;
    const isOutward = outward.test(within);
    if (isOutward || inward.test(within)) found.set(within, isOutward === isTransposed ? 0 : 1);
  }
  const extents = new Set(
    [...found].map(([within, axis]) => {
      const matrix = matrices.get(within);
      return axis === 0 ? matrix?.rows : matrix?.columns;
    }),
  );
  const hasBoth = new Set(found.values()).size === 2;
  return extents.size === 1 && hasBoth ? found : new Map();
}
