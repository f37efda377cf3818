/**
 * Number types of tensor elements, by the names of the safetensors format (its 22) and the few more that ONNX and GGUF
 * have. Sources: safetensors `Dtype`, OCP Microscaling v1.0, OCP FP8, ONNX `TensorProto.DataType`.
 */
export interface DTypeInfo {
  /** Bits of one element; elements below 8 bits are packed without gaps. */
  readonly bits: number;
  readonly kind: 'float' | 'integer' | 'boolean' | 'complex' | 'exponent';
  /** Bits of the exponent and mantissa fields, for floats whose layout is sign | exponent | mantissa. */
  readonly exponentBits?: number;
  readonly mantissaBits?: number;
}

export const dtypes = {
  I2: { bits: 2, kind: 'integer' },
  U2: { bits: 2, kind: 'integer' },
  I4: { bits: 4, kind: 'integer' },
  U4: { bits: 4, kind: 'integer' },
  BOOL: { bits: 8, kind: 'boolean' },
  F4: { bits: 4, kind: 'float', exponentBits: 2, mantissaBits: 1 },
  F6_E2M3: { bits: 6, kind: 'float', exponentBits: 2, mantissaBits: 3 },
  F6_E3M2: { bits: 6, kind: 'float', exponentBits: 3, mantissaBits: 2 },
  U8: { bits: 8, kind: 'integer' },
  I8: { bits: 8, kind: 'integer' },
  F8_E5M2: { bits: 8, kind: 'float', exponentBits: 5, mantissaBits: 2 },
  F8_E4M3: { bits: 8, kind: 'float', exponentBits: 4, mantissaBits: 3 },
  F8_E8M0: { bits: 8, kind: 'exponent', exponentBits: 8, mantissaBits: 0 },
  F8_E4M3FNUZ: { bits: 8, kind: 'float', exponentBits: 4, mantissaBits: 3 },
  F8_E5M2FNUZ: { bits: 8, kind: 'float', exponentBits: 5, mantissaBits: 2 },
  I16: { bits: 16, kind: 'integer' },
  U16: { bits: 16, kind: 'integer' },
  F16: { bits: 16, kind: 'float', exponentBits: 5, mantissaBits: 10 },
  BF16: { bits: 16, kind: 'float', exponentBits: 8, mantissaBits: 7 },
  I32: { bits: 32, kind: 'integer' },
  U32: { bits: 32, kind: 'integer' },
  F32: { bits: 32, kind: 'float', exponentBits: 8, mantissaBits: 23 },
  C64: { bits: 64, kind: 'complex', exponentBits: 8, mantissaBits: 23 },
  F64: { bits: 64, kind: 'float', exponentBits: 11, mantissaBits: 52 },
  I64: { bits: 64, kind: 'integer' },
  U64: { bits: 64, kind: 'integer' },
  C128: { bits: 128, kind: 'complex', exponentBits: 11, mantissaBits: 52 },
} as const satisfies Record<string, DTypeInfo>;

export type DType = keyof typeof dtypes;

export function isDType(name: string): name is DType {
  return Object.hasOwn(dtypes, name);
}

/** What is known of a dtype. */
export function dtypeInfo(dtype: DType): DTypeInfo {
  return dtypes[dtype];
}

/**
 * Bytes that `shape` elements of `dtype` take, the last byte of a sub-byte tensor filled up; `undefined` where the count
 * leaves the range of exact integers.
 */
export function byteLengthOf(dtype: DType, shape: readonly number[]): number | undefined {
  let bits: number = dtypes[dtype].bits;
  if (shape.includes(0)) return 0;
  for (const extent of shape) {
    bits *= extent;
    if (!Number.isSafeInteger(bits)) return undefined;
  }
  return Math.ceil(bits / 8);
}
