import { streamWidth } from '../codecs/stream-width.ts';
import { sampleRanges, sampleUnit } from '../planner/sample.ts';
import { isDType } from '../tensor/dtype.ts';
import type { ElementType } from '../tensor/record.ts';
import type { TensorRange } from '../tensor/tensor.ts';

/** Some kilobytes of a tensor, whole numbers of its type. */
export interface Sample {
  readonly dtype: ElementType | undefined;
  readonly bytes: Uint8Array;
}

/** Reads slices that are spread over a tensor, `budget` bytes in all, or all of a small one; `read` fills bytes from an offset in it. */
export async function readSample(
  { dtype: name, byteLength }: Pick<TensorRange, 'dtype' | 'byteLength'>,
  budget: number,
  read: (offset: number, bytes: Uint8Array) => Promise<unknown>,
): Promise<Sample> {
  const dtype = isDType(name) ? name : undefined;
  const ranges = sampleRanges(byteLength, sampleUnit(dtype), budget);
  const bytes = new Uint8Array(ranges.reduce((sum, { length }) => sum + length, 0));
  let filled = 0;
  for (const { offset, length } of ranges) {
    await read(offset, bytes.subarray(filled, filled + length));
    filled += length;
  }
  return { dtype, bytes: bytes.subarray(0, bytes.length - (bytes.length % streamWidth(dtype))) };
}
