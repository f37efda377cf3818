/** Our dtype, or a word of our own where there is none, by the number in the file. Source: `TensorType` of schema.fbs. */
const dtypeOf: readonly (string | undefined)[] = [
  'F32',
  'F16',
  'I32',
  'U8',
  'I64',
  'STRING',
  'BOOL',
  'I16',
  'C64',
  'I8',
  'F64',
  'C128',
  'U64',
  'RESOURCE',
  'VARIANT',
  'U32',
  'U16',
  'I4',
  'BF16',
  'I2',
];

/** The type with this number; an unknown one is coded as bytes. */
export function dtypeWord(number: number): string {
  return dtypeOf[number] ?? `TFLITE_${number}`;
}
