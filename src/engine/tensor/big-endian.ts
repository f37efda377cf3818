import { dtypes, isDType, type DType } from './dtype.ts';

const mark = ' big-endian';

/** The word for numbers of `dtype` with the highest byte first, which are coded by their bytes and not as numbers. */
export function bigEndian(dtype: DType): string {
  return `${dtype}${mark}`;
}

/** The dtype of numbers with the highest byte first; `undefined` for words of anything else. */
export function dtypeOfBigEndian(word: string): DType | undefined {
  const dtype = word.endsWith(mark) ? word.slice(0, -mark.length) : '';
  return isDType(dtype) && dtypes[dtype].bits > 8 ? dtype : undefined;
}
