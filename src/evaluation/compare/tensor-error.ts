import type { ErrorFigures } from '../figures.ts';
import { isFloat, decodeFloats, floatWidth } from '../../engine/tensor/floats.ts';
import { finite } from './outputs.ts';

/** Sums over the elements of two tensors, or of all tensors of two models. */
export class ErrorSums {
  elements = 0;
  differences = 0;
  before = 0;
  after = 0;
  product = 0;
  maxAbs = 0;
  zeros = 0;
  candidateZeros = 0;
  different = 0;

  addValues(before: Float32Array | Float64Array, after: Float32Array | Float64Array): void {
    let [differences, beforeSquares, afterSquares, product] = [0, 0, 0, 0];
    for (let at = 0; at < before.length; at++) {
      const one = before[at] ?? NaN;
      const other = after[at] ?? NaN;
      const difference = other - one;
      differences += difference * difference;
      beforeSquares += one * one;
      afterSquares += other * other;
      product += one * other;
      if (one === 0) this.zeros++;
      if (other === 0) this.candidateZeros++;
      if (difference === 0) continue;
      // Two that are not numbers are the same nothing.
      if (Number.isNaN(one) && Number.isNaN(other)) continue;
      this.different++;
      const size = Math.abs(difference);
      if (size > this.maxAbs) this.maxAbs = size;
    }
    this.elements += before.length;
    this.differences += differences;
    this.before += beforeSquares;
    this.after += afterSquares;
    this.product += product;
  }

  add(other: ErrorSums): void {
    this.elements += other.elements;
    this.differences += other.differences;
    this.before += other.before;
    this.after += other.after;
    this.product += other.product;
    this.maxAbs = Math.max(this.maxAbs, other.maxAbs);
    this.zeros += other.zeros;
    this.candidateZeros += other.candidateZeros;
    this.different += other.different;
  }

  figures(): ErrorFigures {
    const identical = this.different === 0;
    const norms = Math.sqrt(this.before) * Math.sqrt(this.after);
    return {
      elements: this.elements,
      identical,
      relativeL2: identical ? 0 : finite(Math.sqrt(this.differences / this.before)),
      maxAbs: identical ? 0 : finite(this.maxAbs),
      sqnr: identical ? null : finite(10 * Math.log10(this.before / this.differences)),
      cosine: identical ? 1 : finite(Math.min(1, this.product / norms)),
      ...{ zeros: this.zeros, candidateZeros: this.candidateZeros },
    };
  }
}

const integerWidths: Readonly<Record<string, number>> = {
  ...{ I8: 1, U8: 1, BOOL: 1, I16: 2, U16: 2, I32: 4, U32: 4, I64: 8, U64: 8 },
};

/** Bytes of one element of a type whose elements can be read as numbers; nothing for others. */
export function numberWidth(dtype: string): number | undefined {
  return isFloat(dtype) ? floatWidth(dtype) : integerWidths[dtype];
}

/** Little-endian elements as numbers; the type must have a {@link numberWidth}. */
export function toNumbers(dtype: string, bytes: Uint8Array): Float32Array | Float64Array {
  if (dtype === 'F64') return new Float64Array(bytes.slice().buffer);
  if (isFloat(dtype)) return decodeFloats(dtype, bytes);
  const { buffer } = bytes.slice();
  switch (dtype) {
    case 'I8':
      return Float32Array.from(new Int8Array(buffer));
    case 'I16':
      return Float32Array.from(new Int16Array(buffer));
    case 'U16':
      return Float32Array.from(new Uint16Array(buffer));
    case 'I32':
      return Float64Array.from(new Int32Array(buffer));
    case 'U32':
      return Float64Array.from(new Uint32Array(buffer));
    case 'I64':
      return Float64Array.from(new BigInt64Array(buffer), Number);
    case 'U64':
      return Float64Array.from(new BigUint64Array(buffer), Number);
    default:
      return Float32Array.from(bytes);
  }
}
