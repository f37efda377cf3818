import { dtypeInfo, isDType, type DType } from '../tensor/dtype.ts';

/** One part of a number: the sign, the exponent, the mantissa, or a byte of something else. */
export interface Field {
  readonly name: string;
  readonly bits: number;
  /** Bits for each number that no coder of single fields gets below. */
  readonly entropy: number;
}

export interface FieldStatistics {
  readonly elements: number;
  /** The topmost first. */
  readonly fields: readonly Field[];
  /** Stored exponents that occur and how often, upwards; empty for what has none. */
  readonly exponents: readonly { readonly value: number; readonly count: number }[];
}

/** A histogram of more bits would be mostly empty, and its entropy too small, for the samples that are looked at. */
const mostBits = 8;

/**
 * Counts the fields of little-endian elements, `width` bytes each. Mantissas are counted in parts of at most eight bits, whose
 * entropies add up. Types that are neither floats of whole bytes nor known are counted byte by byte.
 */
export function fieldStatistics(bytes: Uint8Array, dtype: string, width: number): FieldStatistics {
  const elements = Math.floor(bytes.length / width);
  const layout = isDType(dtype) ? floatLayout(dtype) : undefined;
  if (layout === undefined || layout.bits !== width * 8) {
    const fields = Array.from({ length: width }, (_, place) => {
      const byte = width - 1 - place;
      const entropy = entropyOf(count(bytes, width, byte * 8, 8), elements);
      return { name: width === 1 ? 'byte' : `byte ${byte}`, bits: 8, entropy };
    });
    return { elements, fields, exponents: [] };
  }
  const { mantissaBits, exponentBits } = layout;
  const exponents = count(bytes, width, mantissaBits, exponentBits);
  const sign = layout.bits - 1;
  return {
    elements,
    fields: [
      ...(layout.hasSign
        ? [{ name: 'sign', bits: 1, entropy: entropyOf(count(bytes, width, sign, 1), elements) }]
        : []),
      { name: 'exponent', bits: exponentBits, entropy: entropyOf(exponents, elements) },
      ...(mantissaBits === 0
        ? []
        : [{ name: 'mantissa', bits: mantissaBits, entropy: mantissaEntropy(bytes, width, mantissaBits, elements) }]),
    ],
    exponents: Array.from(exponents, (found, value) => ({ value, count: found })).filter(
      ({ count: found }) => found > 0,
    ),
  };
}

function floatLayout(dtype: DType) {
  const { bits, kind, exponentBits, mantissaBits } = dtypeInfo(dtype);
  if ((kind !== 'float' && kind !== 'exponent') || exponentBits === undefined || mantissaBits === undefined)
    return undefined;
  return { bits, exponentBits, mantissaBits, hasSign: kind === 'float' };
}

function mantissaEntropy(bytes: Uint8Array, width: number, mantissaBits: number, elements: number): number {
  let entropy = 0;
  for (let top = mantissaBits; top > 0; top -= mostBits) {
    const bits = Math.min(mostBits, top);
    entropy += entropyOf(count(bytes, width, top - bits, bits), elements);
  }
  return entropy;
}

/** How often each value of the `bits` (at most 11) above bit `from` of an element occurs. */
function count(bytes: Uint8Array, width: number, from: number, bits: number): Uint32Array {
  const counts = new Uint32Array(2 ** bits);
  const first = from >> 3;
  const shift = from & 7;
  const mask = 2 ** bits - 1;
  const last = bytes.length - width;
  for (let at = 0; at <= last; at += width) {
    let value = bytes[at + first] ?? 0;
    if (first + 1 < width) value |= (bytes[at + first + 1] ?? 0) << 8;
    if (first + 2 < width) value |= (bytes[at + first + 2] ?? 0) << 16;
    const field = (value >>> shift) & mask;
    counts[field] = (counts[field] ?? 0) + 1;
  }
  return counts;
}

function entropyOf(counts: Uint32Array, total: number): number {
  let bits = 0;
  for (const found of counts) if (found > 0) bits -= (found / total) * Math.log2(found / total);
  return Math.abs(bits);
}
