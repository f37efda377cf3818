import type { Width } from '../codecs/codec.ts';
import { dtypeInfo, type DType } from '../tensor/dtype.ts';

/** A run of bytes of a tensor. */
export interface SampleRange {
  readonly offset: number;
  readonly length: number;
}

/** Bytes of a stream that the planner looks at. */
export const sampleBytes = 64 * 1024;
const sliceBytes = 4096;
/** Slices are multiples of this at least, so that bytes of unknown kind keep their place within the numbers they may be. */
const widestNumber = 8;

/**
 * Which bytes of a tensor to look at when planning: all of them up to `budget`, else slices of about 4 KiB spread evenly
 * from its first to its last byte. Whole elements of `width` bytes, in order, never overlapping; deterministic.
 * `budget` is at least 8.
 */
export function sampleRanges(byteLength: number, width: Width, budget: number): readonly SampleRange[] {
  if (byteLength <= budget) return byteLength === 0 ? [] : [{ offset: 0, length: byteLength }];
  const unit = Math.max(width, widestNumber);
  const slices = Math.max(1, Math.floor(budget / sliceBytes));
  const length = wholeUnits(Math.min(budget, sliceBytes), unit);
  const stride = slices === 1 ? 0 : (wholeUnits(byteLength, unit) - length) / (slices - 1);
  return Array.from({ length: slices }, (_, slice) => ({ offset: wholeUnits(slice * stride, unit), length }));
}

function wholeUnits(byteLength: number, unit: number): number {
  return Math.floor(byteLength / unit) * unit;
}

/** The stream width that elements of `dtype` are coded with; 1 for packed small elements and unknown bytes. */
export function streamWidth(dtype: DType | undefined): Width {
  if (dtype === undefined) return 1;
  const { bits, kind } = dtypeInfo(dtype);
  const partBits = kind === 'complex' ? bits / 2 : bits;
  return partBits === 64 ? 8 : partBits === 32 ? 4 : partBits === 16 ? 2 : 1;
}
