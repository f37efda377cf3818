import type { Geometry } from '../../src/engine/quantizers/quantizer.ts';

/** A tensor for the tests of methods. */
export interface NamedTensor {
  readonly name: string;
  readonly geometry: Geometry;
  readonly values: Float32Array;
}

/** Numbers of a bell curve, always the same. */
export function bell(count: number, spread = 0.05, seed = 1): Float32Array {
  let state = seed * 2_654_435_761 + 1;
  const uniform = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 1) / 2 ** 32;
  };
  return Float32Array.from(
    { length: count },
    () => spread * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

const fills: Readonly<Record<string, (count: number) => Float32Array>> = {
  'a bell curve': (count) => bell(count),
  zeros: (count) => new Float32Array(count),
  'negative zeros': (count) => new Float32Array(count).fill(-0),
  'one value': (count) => new Float32Array(count).fill(-0.37),
  denormals: (count) => bell(count, 1).map((value) => value * 1e-41),
  'the largest': (count) => Float32Array.from({ length: count }, (_, at) => (at % 2 ? 3.4e38 : -3.4e38)),
  outliers: (count) => bell(count).map((value, at) => (at % 97 === 5 ? value * 4000 : value)),
  'all sizes': (count) => bell(count, 1).map((value, at) => value * 10 ** ((at % 60) - 30)),
  'mostly zeros': (count) => bell(count).map((value, at) => (at % 11 === 3 ? value : 0)),
  'numbers above zero': (count) => bell(count).map((value) => 3 + value),
};

const geometries: readonly Geometry[] = [
  { rows: 1, columns: 1, channels: 'none' },
  { rows: 1, columns: 7, channels: 'none' },
  { rows: 5, columns: 1, channels: 'rows' },
  { rows: 3, columns: 5, channels: 'columns' },
  { rows: 33, columns: 17, channels: 'rows' },
  { rows: 40, columns: 24, channels: 'columns' },
  { rows: 2, columns: 300, channels: 'none' },
];

/** Every geometry with a bell curve, and every kind of numbers in two of them. */
export const tensors: readonly NamedTensor[] = [
  ...geometries.map((geometry) => tensorOf('a bell curve', geometry)),
  ...Object.keys(fills).flatMap((name) =>
    [{ rows: 24, columns: 36, channels: 'rows' } as const, { rows: 30, columns: 20, channels: 'columns' } as const].map(
      (geometry) => tensorOf(name, geometry),
    ),
  ),
];

function tensorOf(name: string, geometry: Geometry): NamedTensor {
  const { rows, columns, channels } = geometry;
  const values = fills[name]?.(rows * columns) ?? new Float32Array(rows * columns);
  return { name: `${name}, ${rows} × ${columns}, channels: ${channels}`, geometry, values };
}
