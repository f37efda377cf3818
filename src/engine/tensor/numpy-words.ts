import type { DType } from './dtype.ts';

/**
 * What NumPy's words that are no names of numbers stand for: dates and spans of time are whole numbers of 64 bits, and items of
 * two bytes without a type are what is left of bfloat16 in files, since NumPy itself has no word for it.
 */
export function dtypeOfNumpy(word: string): DType | undefined {
  if (/^[<=|]V2$/.test(word)) return 'BF16';
  return /^[<=][Mm]8(\[\w+\])?$/.test(word) ? 'I64' : undefined;
}
