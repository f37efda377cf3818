/** What ONNX calls a number type: our dtype where there is one, else a word of its own; and its bits in `raw_data`. */
export interface DataType {
  readonly dtype: string;
  readonly bits: number;
}

const type = (dtype: string, bits: number): DataType => ({ dtype, bits });

/** By the number in the file. Source: `TensorProto.DataType`; strings (8) have no place of their own. */
export const dataTypes: ReadonlyMap<number, DataType> = new Map([
  [1, type('F32', 32)],
  [2, type('U8', 8)],
  [3, type('I8', 8)],
  [4, type('U16', 16)],
  [5, type('I16', 16)],
  [6, type('I32', 32)],
  [7, type('I64', 64)],
  [9, type('BOOL', 8)],
  [10, type('F16', 16)],
  [11, type('F64', 64)],
  [12, type('U32', 32)],
  [13, type('U64', 64)],
  [14, type('C64', 64)],
  [15, type('C128', 128)],
  [16, type('BF16', 16)],
  [17, type('F8_E4M3', 8)],
  [18, type('F8_E4M3FNUZ', 8)],
  [19, type('F8_E5M2', 8)],
  [20, type('F8_E5M2FNUZ', 8)],
  [21, type('U4', 4)],
  [22, type('I4', 4)],
  [23, type('F4', 4)],
  [24, type('F8_E8M0', 8)],
  [25, type('U2', 2)],
  [26, type('I2', 2)],
  [27, type('F6_E2M3', 6)],
  [28, type('F6_E3M2', 6)],
]);

/** The type with this number; an unknown one is coded as bytes. */
export function dataTypeOf(number: number): DataType {
  return dataTypes.get(number) ?? type(`ONNX_${number}`, 0);
}
