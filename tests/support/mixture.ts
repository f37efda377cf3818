import { bf16Bits, gaussians, randomNumbers } from './streams.ts';
import { headerText, safetensorsFile } from './safetensors.ts';

/** A layer of experts with made-up weights. */
export interface MixtureShape {
  readonly experts: number;
  readonly hidden: number;
  readonly intermediate: number;
  /** How far experts are from the first one, relative to its spread, once their neurons are in its order; absent: nothing alike. */
  readonly noise?: number;
  readonly dtype?: 'BF16' | 'F32';
  /** Whether they are called layers instead, and whether all have their neurons in one order. */
  readonly areLayers?: boolean;
  readonly isInOrder?: boolean;
}

interface Matrix {
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

interface Expert {
  readonly gate: Matrix;
  readonly up: Matrix;
  readonly down: Matrix;
}

const parts = ['gate', 'up', 'down'] as const;

/**
 * A safetensors file of experts, `gate`, `up` and `down` each: all are the first one with neurons in another order and noise, or have
 * nothing in common.
 */
export function mixtureOfExperts(mixture: MixtureShape): Uint8Array {
  return fileOf(
    mixture,
    expertsOf(mixture).flatMap((expert, number) =>
      parts.map((name) => {
        const { values, rows, columns } = expert[name];
        const unit = mixture.areLayers ? `${number}.mlp` : `0.mlp.experts.${number}`;
        return { name: `model.layers.${unit}.${name}_proj.weight`, shape: [rows, columns], values };
      }),
    ),
  );
}

/**
 * How all experts stand in one tensor: as GGUF has them, gate and up in tensors of their own; gate and up in one, behind each other; or all
 * transposed, and their numbers by turns.
 */
export type Stacking = 'apart' | 'halves' | 'turns';

/** The same experts in tensors that hold all of a layer, in each of some layers. */
export function stackedExperts(mixture: MixtureShape, stacking: Stacking, layers = 1): Uint8Array {
  return fileOf(
    mixture,
    Array.from({ length: layers }, (_, layer) => {
      const experts = expertsOf({ ...mixture, seed: 1000 * layer });
      const stacked = (name: string, matrices: readonly Matrix[]) => {
        const [{ rows, columns } = { rows: 0, columns: 0 }] = matrices;
        const values = new Float64Array(matrices.length * rows * columns);
        matrices.forEach((matrix, place) => values.set(matrix.values, place * rows * columns));
        return { name, shape: [matrices.length, rows, columns], values };
      };
      const [gates, ups, downs] = parts.map((part) => experts.map((expert) => expert[part])) as [
        Matrix[],
        Matrix[],
        Matrix[],
      ];
      if (stacking === 'apart')
        return [
          stacked(`blk.${layer}.ffn_gate_exps.weight`, gates),
          stacked(`blk.${layer}.ffn_up_exps.weight`, ups),
          stacked(`blk.${layer}.ffn_down_exps.weight`, downs),
        ];
      const both = gates.map((gate, place) => (stacking === 'halves' ? behind : byTurns)(gate, ups[place] ?? gate));
      const asStored = (matrix: Matrix): Matrix => (stacking === 'turns' ? transposed(matrix) : matrix);
      return [
        stacked(`model.layers.${layer}.mlp.experts.gate_up_proj`, both.map(asStored)),
        stacked(`model.layers.${layer}.mlp.experts.down_proj`, downs.map(asStored)),
      ];
    }).flat(),
  );
}

/** The same file with names that do not tell of experts, layers or their matrices, each as long. */
export function underUntellingNames(file: Uint8Array): Uint8Array {
  const header = 8 + Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const names = Buffer.from(file.subarray(8, header))
    .toString('latin1')
    .replaceAll(/(experts|layers)\./g, '$1_')
    .replaceAll(/gate|up|down/g, (part) => ({ gate: 'this', up: 'at', down: 'that' })[part] ?? part);
  return Buffer.concat([file.subarray(0, 8), Buffer.from(names, 'latin1'), file.subarray(header)]);
}

function expertsOf(mixture: MixtureShape & { readonly seed?: number }): readonly Expert[] {
  const { experts, hidden, intermediate, noise, isInOrder, seed = 0 } = mixture;
  const count = hidden * intermediate;
  const first = [0, 1, 2].map((part) => gaussians(count, 0.02, seed + part + 1));
  return Array.from({ length: experts }, (_, expert) => {
    const order = expert === 0 || isInOrder ? undefined : shuffled(intermediate, seed + expert);
    const [gate, up, down] = parts.map((name, part) => {
      const own = gaussians(count, 0.02, seed + 100 * expert + part + 4);
      const isDown = name === 'down';
      const [rows, columns] = isDown ? [hidden, intermediate] : [intermediate, hidden];
      const values = own.map((other, at) => {
        if (noise === undefined) return other;
        const [row, column] = [Math.floor(at / columns), at % columns];
        const [unit, rest] = isDown ? [column, row] : [row, column];
        const from = order?.[unit] ?? unit;
        const base = first[part]?.[isDown ? rest * intermediate + from : from * hidden + rest] ?? 0;
        return base + (expert === 0 ? 0 : noise * other);
      });
      return { values, rows, columns };
    }) as [Matrix, Matrix, Matrix];
    return { gate, up, down };
  });
}

function behind(one: Matrix, other: Matrix): Matrix {
  return { ...one, values: Float64Array.from([...one.values, ...other.values]), rows: 2 * one.rows };
}

/** Their rows by turns. */
function byTurns(one: Matrix, other: Matrix): Matrix {
  const { columns } = one;
  const values = Float64Array.from({ length: 2 * one.values.length }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    return (row % 2 === 0 ? one : other).values[Math.floor(row / 2) * columns + column] ?? 0;
  });
  return { values, rows: 2 * one.rows, columns };
}

function transposed({ values, rows, columns }: Matrix): Matrix {
  const turned = values.map((_, at) => values[(at % rows) * columns + Math.floor(at / rows)] ?? 0);
  return { values: turned, rows: columns, columns: rows };
}

function fileOf(
  { dtype = 'BF16' }: MixtureShape,
  tensors: readonly { readonly name: string; readonly shape: readonly number[]; readonly values: Float64Array }[],
): Uint8Array {
  const stored = tensors.map(({ values }) => {
    const numbers = dtype === 'BF16' ? bf16Bits(values) : Float32Array.from(values);
    return new Uint8Array(numbers.buffer);
  });
  let end = 0;
  const placed = tensors.map(({ name, shape }, place) => {
    const begin = end;
    return { name, dtype, shape, begin, end: (end += stored[place]?.length ?? 0) };
  });
  return safetensorsFile(headerText(placed), Buffer.concat(stored));
}

function shuffled(count: number, seed: number): readonly number[] {
  const next = randomNumbers(seed);
  const order = Array.from({ length: count }, (_, place) => place);
  for (let place = count - 1; place > 0; place--) {
    const other = Math.floor(next() * (place + 1));
    [order[place], order[other]] = [order[other] ?? 0, order[place] ?? 0];
  }
  return order;
}
