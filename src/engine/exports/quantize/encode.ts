import { decodeFloats, encodeFloats } from '../../tensor/floats.ts';
import type { Loss } from '../loss.ts';
import type { Round } from './grid.ts';

/** A run of elements that is written as codes. */
export interface Encoding {
  readonly values: Float32Array;
  readonly codes: Uint8Array;
  /** The group of each element. */
  readonly groups: Uint32Array;
  readonly scales: Float32Array;
  readonly loss: Loss;
}

/** Writes whole-number codes from 0 to `steps`, less `shift`, and measures what the values lose when `round` rounds them. */
export function encodeWhole(
  { values, codes, groups, scales, loss }: Encoding,
  zeros: Uint8Array,
  { steps, shift, round }: { readonly steps: number; readonly shift: number; readonly round: Round },
): void {
  const stored = new Float32Array(values.length);
  const isSingle = round === Math.fround;
  for (let index = 0; index < values.length; index++) {
    const group = groups[index] ?? 0;
    const scale = scales[group] ?? 1;
    const zero = zeros[group] ?? 0;
    const code = Math.min(steps, Math.max(0, Math.floor((values[index] ?? 0) / scale + 0.5) + zero));
    codes[index] = code - shift;
    const made = (code - zero) * scale;
    stored[index] = isSingle ? made : round(Math.fround(made));
  }
  loss.addAll(values, stored);
}

/** Writes eight-bit floats. */
export function encodeSmallFloats({ values, codes, groups, scales, loss }: Encoding): void {
  const scaled = values.map((value, index) => value / (scales[groups[index] ?? 0] ?? 1));
  encodeFloats('F8_E4M3', scaled, codes);
  const stored = decodeFloats('F8_E4M3', codes);
  for (let index = 0; index < values.length; index++)
    stored[index] = (stored[index] ?? 0) * (scales[groups[index] ?? 0] ?? 1);
  loss.addAll(values, stored);
}
