import type { Width } from '../codecs/codec.ts';
import { dtypeInfo, type DType } from '../tensor/dtype.ts';

/** A run of bytes of a tensor. */
export interface SampleRange {
  readonly offset: number;
  readonly length: number;
}

const sliceBytes = 4096;

/**
 * Which bytes of a tensor to look at when planning: all of them up to `budget`, else slices of about 4 KiB spread evenly
 * from its first to its last byte. Whole elements of `width` bytes, in order, never overlapping; deterministic.
 */
export function sampleRanges(byteLength: number, width: Width, budget: number): readonly SampleRange[] {
  if (byteLength <= budget) return byteLength === 0 ? [] : [{ offset: 0, length: byteLength }];
  const slices = Math.max(1, Math.floor(budget / sliceBytes));
  const length = Math.max(width, wholeElements(Math.min(budget / slices, sliceBytes), width));
  const stride = slices === 1 ? 0 : (wholeElements(byteLength, width) - length) / (slices - 1);
  return Array.from({ length: slices }, (_, slice) => ({ offset: wholeElements(slice * stride, width), length }));
}

function wholeElements(byteLength: number, width: Width): number {
  return Math.floor(byteLength / width) * width;
}

/** The stream width that elements of `dtype` are coded with; 1 for packed small elements and unknown bytes. */
export function streamWidth(dtype: DType | undefined): Width {
  if (dtype === undefined) return 1;
  const { bits, kind } = dtypeInfo(dtype);
  const partBits = kind === 'complex' ? bits / 2 : bits;
  return partBits === 64 ? 8 : partBits === 32 ? 4 : partBits === 16 ? 2 : 1;
}
