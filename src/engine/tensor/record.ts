import type { DType } from './dtype.ts';

/** A run of equal things in a record. */
export interface RecordField {
  readonly bytes: number;
  /** What its elements are, where they are of a dtype; packed integers are not. */
  readonly dtype?: DType;
}

const scale: RecordField = { bytes: 2, dtype: 'F16' };
const packed = (bytes: number): RecordField => ({ bytes });
const integers = (bytes: number): RecordField => ({ bytes, dtype: 'I8' });
/** The six-bit scales and minima of eight sub-blocks, in three groups of four bytes that mean different bits. */
const sixBitScales = [packed(4), packed(4), packed(4)] as const;

/**
 * The records that files hold in place of elements: in GGUF files some weights packed together with their scales, in ONNX files
 * numbers each with a tag. Fields in the order of the bytes. Sources: the block structures of ggml (`ggml-common.h`), protobuf.
 */
export const records = {
  Q1_0: [scale, packed(16)],
  Q4_0: [scale, packed(16)],
  Q4_1: [scale, scale, packed(16)],
  Q5_0: [scale, packed(4), packed(16)],
  Q5_1: [scale, scale, packed(4), packed(16)],
  Q8_0: [scale, integers(32)],
  Q8_1: [scale, scale, integers(32)],
  Q2_K: [packed(16), packed(64), scale, scale],
  Q3_K: [packed(32), packed(64), ...sixBitScales, scale],
  Q4_K: [scale, scale, ...sixBitScales, packed(128)],
  Q5_K: [scale, scale, ...sixBitScales, packed(32), packed(128)],
  Q6_K: [packed(128), packed(64), integers(16), scale],
  Q8_K: [{ bytes: 4, dtype: 'F32' }, integers(256), { bytes: 32, dtype: 'I16' }],
  IQ1_S: [scale, packed(32), packed(16)],
  IQ1_M: [packed(32), packed(16), packed(8)],
  IQ2_XXS: [scale, packed(64)],
  IQ2_XS: [scale, packed(64), packed(8)],
  IQ2_S: [scale, packed(32), packed(32), packed(8), packed(8)],
  IQ3_XXS: [scale, packed(64), packed(32)],
  IQ3_S: [scale, packed(64), packed(8), packed(32), packed(4)],
  IQ4_NL: [scale, packed(16)],
  IQ4_XS: [scale, packed(2), packed(4), packed(128)],
  TQ1_0: [packed(48), packed(4), scale],
  TQ2_0: [packed(64), scale],
  MXFP4: [{ bytes: 1, dtype: 'F8_E8M0' }, packed(16)],
  NVFP4: [packed(4), packed(32)],
  'F32 as fields': [packed(1), { bytes: 4, dtype: 'F32' }],
} as const satisfies Record<string, readonly RecordField[]>;

export type RecordType = keyof typeof records;

/** What the elements of a stream can be. */
export type ElementType = DType | RecordType;

export function isRecordType(name: string): name is RecordType {
  return Object.hasOwn(records, name);
}

/** The fields of a record, in the order of its bytes. */
export function recordFields(type: RecordType): readonly RecordField[] {
  return records[type];
}

/** Bytes of one record. */
export function recordBytes(type: RecordType): number {
  return recordFields(type).reduce((sum, { bytes }) => sum + bytes, 0);
}
