import { decodeFloats, isFloat } from '../tensor/floats.ts';

/** Of numbers that are finite; `zeros` and `notFinite` count among all. */
export interface NumberStatistics {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly standardDeviation: number;
  readonly zeros: number;
  readonly notFinite: number;
}

export interface Histogram {
  readonly from: number;
  readonly to: number;
  readonly counts: readonly number[];
}

export interface NumbersSeen {
  readonly statistics: NumberStatistics;
  readonly histogram: Histogram;
  /** The first finite numbers, at most 64. */
  readonly sample: readonly number[];
}

const bins = 128;
const shown = 64;

/** Statistics of little-endian elements; nothing where they are not plain numbers, or none is finite. */
export function numberStatistics(bytes: Uint8Array, dtype: string): NumbersSeen | undefined {
  const values = numbersOf(bytes, dtype);
  if (values === undefined) return undefined;
  let [min, max, sum, zeros, finite] = [Infinity, -Infinity, 0, 0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
    if (value === 0) zeros++;
    sum += value;
    finite++;
  }
  if (finite === 0) return undefined;
  const mean = sum / finite;
  const counts = new Array<number>(bins).fill(0);
  const scale = max > min ? bins / (max - min) : 0;
  let squares = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    squares += (value - mean) ** 2;
    const bin = Math.min(bins - 1, Math.floor((value - min) * scale));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const standardDeviation = Math.sqrt(squares / finite);
  return {
    statistics: { min, max, mean, standardDeviation, zeros, notFinite: values.length - finite },
    histogram: { from: min, to: max, counts },
    sample: [...values.subarray(0, 4 * shown)].filter((value) => Number.isFinite(value)).slice(0, shown),
  };
}

type Numbers =
  Float32Array | Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float64Array;

function numbersOf(bytes: Uint8Array, dtype: string): Numbers | undefined {
  if (isFloat(dtype)) return decodeFloats(dtype, bytes);
  // A copy begins at a multiple of any width.
  const { buffer, byteLength } = new Uint8Array(bytes);
  switch (dtype) {
    case 'BOOL':
    case 'U8':
      return new Uint8Array(buffer);
    case 'I8':
      return new Int8Array(buffer);
    case 'U16':
      return new Uint16Array(buffer, 0, byteLength >> 1);
    case 'I16':
      return new Int16Array(buffer, 0, byteLength >> 1);
    case 'U32':
      return new Uint32Array(buffer, 0, byteLength >> 2);
    case 'I32':
      return new Int32Array(buffer, 0, byteLength >> 2);
    case 'I64':
      return Float64Array.from(new BigInt64Array(buffer, 0, byteLength >> 3), Number);
    case 'U64':
      return Float64Array.from(new BigUint64Array(buffer, 0, byteLength >> 3), Number);
    default:
      return undefined;
  }
}
