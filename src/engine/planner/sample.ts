import { isRecordType, recordBytes, type ElementType } from '../tensor/record.ts';

/** A run of bytes of a tensor. */
export interface SampleRange {
  readonly offset: number;
  readonly length: number;
}

/** Bytes of a stream that the planner looks at. */
export const sampleBytes = 64 * 1024;
/** Streams up to this long are short enough that a table of frequencies weighs more than the time of doing without one. */
export const shortBytes = 64 * 1024;
const sliceBytes = 4096;
/** The widest number there is. */
const widestNumber = 8;

/**
 * Which bytes of a tensor to look at when planning: all of them up to `budget`, else slices of about 4 KiB spread evenly
 * from its first to its last byte. Offsets and lengths of slices are multiples of `unit`, the slices in order and never
 * overlapping; deterministic. `budget` is at least `unit`.
 */
export function sampleRanges(byteLength: number, unit: number, budget: number): readonly SampleRange[] {
  if (byteLength <= budget) return byteLength === 0 ? [] : [{ offset: 0, length: byteLength }];
  const slices = Math.max(1, Math.floor(budget / sliceBytes));
  const length = wholeUnits(Math.min(budget, sliceBytes), unit);
  const stride = slices === 1 ? 0 : (wholeUnits(byteLength, unit) - length) / (slices - 1);
  return Array.from({ length: slices }, (_, slice) => ({ offset: wholeUnits(slice * stride, unit), length }));
}

/** What slices of a stream must be multiples of, so that numbers, known or not, and records keep their place. */
export function sampleUnit(dtype: ElementType | undefined): number {
  return dtype !== undefined && isRecordType(dtype) ? recordBytes(dtype) : widestNumber;
}

function wholeUnits(byteLength: number, unit: number): number {
  return Math.floor(byteLength / unit) * unit;
}
