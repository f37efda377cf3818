import type { DType } from './dtype.ts';

/** The number types that {@link decodeFloats} and {@link encodeFloats} know: floats of whole bytes, and bare exponents. */
const floatBytes = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  F8_E4M3: 1,
  F8_E5M2: 1,
  F8_E4M3FNUZ: 1,
  F8_E5M2FNUZ: 1,
  F8_E8M0: 1,
} as const satisfies Partial<Record<DType, number>>;

export type FloatDType = keyof typeof floatBytes;

/** Whether elements of `dtype` can be read as numbers here. */
export function isFloat(dtype: string): dtype is FloatDType {
  return Object.hasOwn(floatBytes, dtype);
}

/** Bytes of one element. */
export function floatWidth(dtype: FloatDType): number {
  return floatBytes[dtype];
}

/**
 * The little-endian elements of `bytes` as single-precision numbers, exactly: only F64 is rounded, and becomes an infinity
 * beyond 3.4e38. `bytes` may begin anywhere; bytes of a last broken element are left out. `target` has room for all elements.
 */
export function decodeFloats(dtype: FloatDType, bytes: Uint8Array, target?: Float32Array): Float32Array {
  const count = Math.floor(bytes.length / floatBytes[dtype]);
  const values = target?.subarray(0, count) ?? new Float32Array(count);
  switch (dtype) {
    case 'F64':
      values.set(new Float64Array(aligned(bytes, 8), 0, count));
      break;
    case 'F32':
      new Uint8Array(values.buffer, values.byteOffset, 4 * count).set(bytes.subarray(0, 4 * count));
      break;
    case 'BF16': {
      const words = new Uint32Array(values.buffer, values.byteOffset, count);
      for (let i = 0; i < count; i++) words[i] = ((bytes[2 * i] ?? 0) << 16) | ((bytes[2 * i + 1] ?? 0) << 24);
      break;
    }
    case 'F16': {
      const table = tableOf('F16');
      for (let i = 0; i < count; i++) values[i] = table[(bytes[2 * i] ?? 0) | ((bytes[2 * i + 1] ?? 0) << 8)] ?? 0;
      break;
    }
    case 'F8_E4M3':
    case 'F8_E5M2':
    case 'F8_E4M3FNUZ':
    case 'F8_E5M2FNUZ':
    case 'F8_E8M0': {
      const table = tableOf(dtype);
      for (let i = 0; i < count; i++) values[i] = table[bytes[i] ?? 0] ?? 0;
    }
  }
  return values;
}

/**
 * Numbers as little-endian elements of `dtype`, each rounded to the nearest, ties to even. What is too large becomes an
 * infinity in F16 and BF16, and the largest finite number in the eight-bit types. Infinities stay infinities where there are
 * any and else become NaN; a NaN stays one, but its bits may change. F8_E8M0 has neither zero nor sign: zero becomes 2^-127,
 * negative numbers NaN. Whatever {@link decodeFloats} gave of numbers that are not NaN comes back, F64 apart.
 */
export function encodeFloats(dtype: FloatDType, values: Float32Array, target?: Uint8Array): Uint8Array {
  const count = values.length;
  const bytes = target?.subarray(0, count * floatBytes[dtype]) ?? new Uint8Array(count * floatBytes[dtype]);
  switch (dtype) {
    case 'F64':
      bytes.set(new Uint8Array(Float64Array.from(values).buffer));
      break;
    case 'F32':
      bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
      break;
    case 'BF16': {
      const words = new Uint32Array(values.buffer, values.byteOffset, count);
      for (let i = 0; i < count; i++) putPair(bytes, i, roundToBFloat(words[i] ?? 0));
      break;
    }
    case 'F16': {
      const words = new Uint32Array(values.buffer, values.byteOffset, count);
      for (let i = 0; i < count; i++) putPair(bytes, i, roundTo(layouts.F16, words[i] ?? 0, values[i] ?? 0));
      break;
    }
    case 'F8_E8M0':
      for (let i = 0; i < count; i++) bytes[i] = nearestExponent(values[i] ?? 0);
      break;
    case 'F8_E4M3':
    case 'F8_E5M2':
    case 'F8_E4M3FNUZ':
    case 'F8_E5M2FNUZ': {
      const layout = layouts[dtype];
      const words = new Uint32Array(values.buffer, values.byteOffset, count);
      for (let i = 0; i < count; i++) bytes[i] = roundTo(layout, words[i] ?? 0, values[i] ?? 0);
    }
  }
  return bytes;
}

interface Layout {
  readonly bits: number;
  readonly mantissaBits: number;
  readonly bias: number;
  /** The largest finite number's bits, and what stands for anything above it. */
  readonly largest: number;
  readonly overflow: number;
  /** Bits of an infinity, or of NaN in types that have none. */
  readonly infinity: number;
  readonly nan: number;
  /** The sign bit alone is NaN, so zero has no sign; there is one NaN and no infinity. */
  readonly isUnsignedZero?: boolean;
}

const layouts = {
  F16: { bits: 16, mantissaBits: 10, bias: 15, largest: 0x7bff, overflow: 0x7c00, infinity: 0x7c00, nan: 0x7e00 },
  F8_E4M3: { bits: 8, mantissaBits: 3, bias: 7, largest: 0x7e, overflow: 0x7e, infinity: 0x7f, nan: 0x7f },
  F8_E5M2: { bits: 8, mantissaBits: 2, bias: 15, largest: 0x7b, overflow: 0x7b, infinity: 0x7c, nan: 0x7e },
  F8_E4M3FNUZ: {
    bits: 8,
    mantissaBits: 3,
    bias: 8,
    largest: 0x7f,
    overflow: 0x7f,
    infinity: 0x80,
    nan: 0x80,
    isUnsignedZero: true,
  },
  F8_E5M2FNUZ: {
    bits: 8,
    mantissaBits: 2,
    bias: 16,
    largest: 0x7f,
    overflow: 0x7f,
    infinity: 0x80,
    nan: 0x80,
    isUnsignedZero: true,
  },
} as const satisfies Record<string, Layout>;

/** Rounds a number, given with its single-precision bits, to the bits of a narrower type. */
function roundTo(layout: Layout, word: number, value: number): number {
  const { mantissaBits, bias } = layout;
  const sign = word >>> 31 === 0 ? 0 : 2 ** (layout.bits - 1);
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return layout.nan | (layout.isUnsignedZero ? 0 : sign);
  if (magnitude === 0x7f800000) return layout.infinity | sign;
  const dropped = 23 - mantissaBits;
  let code: number;
  if (magnitude >>> 23 > 127 - bias) {
    const odd = (magnitude >>> dropped) & 1;
    code = ((magnitude + 2 ** (dropped - 1) - 1 + odd) >>> dropped) - ((127 - bias) << mantissaBits);
    if (code > layout.largest) code = layout.overflow;
  } else {
    code = roundToEven(Math.abs(value) * 2 ** (bias + mantissaBits - 1));
  }
  return code === 0 && layout.isUnsignedZero ? 0 : code | sign;
}

function roundToBFloat(word: number): number {
  const isNaN = (word & 0x7fffffff) > 0x7f800000;
  // Rounding could carry a NaN's payload away and leave an infinity.
  return isNaN ? (word >>> 16) | 0x40 : ((word + 0x7fff + ((word >>> 16) & 1)) >>> 16) & 0xffff;
}

function nearestExponent(value: number): number {
  if (!(value >= 0) || value === Infinity) return 0xff;
  const exponent = Math.min(127, Math.max(-127, Math.floor(Math.log2(value))));
  const exact = 2 ** exponent > value ? exponent - 1 : exponent;
  const isUpper = value > 1.5 * 2 ** exact || (value === 1.5 * 2 ** exact && (exact & 1) === 0);
  return Math.min(254, Math.max(0, exact + (isUpper ? 1 : 0) + 127));
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

function putPair(bytes: Uint8Array, place: number, pair: number): void {
  bytes[2 * place] = pair;
  bytes[2 * place + 1] = pair >>> 8;
}

function aligned(bytes: Uint8Array, width: number): ArrayBuffer {
  const copy = new Uint8Array(Math.floor(bytes.length / width) * width);
  copy.set(bytes.subarray(0, copy.length));
  return copy.buffer;
}

type Tabled = Exclude<FloatDType, 'F64' | 'F32' | 'BF16'>;

const tables = new Map<Tabled, Float32Array>();

/** What every pattern of bits of a narrow type means. */
function tableOf(dtype: Tabled): Float32Array {
  let table = tables.get(dtype);
  if (table === undefined) {
    table = Float32Array.from({ length: 2 ** (8 * floatBytes[dtype]) }, (_, code) => valueOf(dtype, code));
    tables.set(dtype, table);
  }
  return table;
}

function valueOf(dtype: Tabled, code: number): number {
  if (dtype === 'F8_E8M0') return code === 0xff ? NaN : 2 ** (code - 127);
  const layout: Layout = layouts[dtype];
  const { bits, mantissaBits, bias } = layout;
  const magnitude = code & (2 ** (bits - 1) - 1);
  const sign = code === magnitude ? 1 : -1;
  if (layout.isUnsignedZero && code === layout.nan) return NaN;
  if (magnitude > layout.largest)
    return magnitude === layout.infinity && magnitude !== layout.nan ? sign * Infinity : NaN;
  const exponent = magnitude >>> mantissaBits;
  const fraction = magnitude & (2 ** mantissaBits - 1);
  if (exponent === 0) return sign * fraction * 2 ** (1 - bias - mantissaBits);
  return sign * (1 + fraction / 2 ** mantissaBits) * 2 ** (exponent - bias);
}
