import type { DType } from './dtype.ts';

/** What NumPy's words for dates and spans of time are words for: whole numbers of 64 bits. */
export function dtypeOfDate(word: string): DType | undefined {
  return /^[<=][Mm]8(\[\w+\])?$/.test(word) ? 'I64' : undefined;
}
