import { dtypeInfo } from '../tensor/dtype.ts';
import { isRecordType, type ElementType } from '../tensor/record.ts';
import type { Width } from './codec.ts';

/** The stream width that elements of `dtype` are coded with; 1 for packed small elements, records and unknown bytes. */
export function streamWidth(dtype: ElementType | undefined): Width {
  if (dtype === undefined || isRecordType(dtype)) return 1;
  const { bits, kind } = dtypeInfo(dtype);
  const partBits = kind === 'complex' ? bits / 2 : bits;
  return partBits === 64 ? 8 : partBits === 32 ? 4 : partBits === 16 ? 2 : 1;
}
