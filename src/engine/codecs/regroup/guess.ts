import type { DType } from '../../tensor/dtype.ts';
import type { Width } from '../codec.ts';
import { countByPlace, entropyAt } from './kernel.ts';

/** What raw bytes may be taken for, and how wide that is. */
export const widths = { BF16: 2, F16: 2, F32: 4, F64: 8 } as const satisfies Partial<Record<DType, Width>>;
export type Guess = keyof typeof widths;

export interface Grouping {
  readonly as: Guess;
  /** Bytes before the first whole number. */
  readonly skip: number;
}

/** Below this, telling numbers from other bytes costs more than it brings. */
const fewestBytes = 1024;
/** Bits by which the entropies of the bytes of one number must differ more than those of half of it. */
const tellingBits = 0.1;

/**
 * What numbers `bytes` may be, if any: the bytes of text are alike wherever they stand, while a number has a byte with sign
 * and exponent that differs from those with mantissa. That byte, the last of a number, also shows where numbers begin.
 */
export function guessGroupings(bytes: Uint8Array): readonly Grouping[] {
  if (bytes.length < fewestBytes) return [];
  const counts = countByPlace(bytes);
  let best = { spread: 0, stride: 1, skip: 0 };
  for (const stride of [2, 4, 8]) {
    const entropies = Array.from({ length: stride }, (_, place) => entropyAt(counts, place, stride));
    const lowest = Math.min(...entropies);
    const spread = Math.max(...entropies) - lowest;
    const skip = (entropies.lastIndexOf(lowest) + 1) % stride;
    if (spread > best.spread + tellingBits) best = { spread, stride, skip };
  }
  const guesses = Object.entries(widths) as readonly (readonly [Guess, Width])[];
  return guesses.filter(([, width]) => width === best.stride).map(([as]) => ({ as, skip: best.skip }));
}
