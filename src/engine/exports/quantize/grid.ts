import { nearestStep } from '../../quantizers/steps.ts';
import type { FloatDType } from '../../tensor/floats.ts';

/** Where codes of a group lie: `value = scale · code`, codes from 0 by `zero` below to `most − zero` above it. */
export interface Range {
  readonly scale: number;
  readonly zero: number;
}

/** Rounds a number of double precision to what a tensor holds. */
export type Round = (value: number) => number;

/** How numbers of a dtype are rounded; `undefined` for those of eight bits, of which no grid can be told. */
export function roundingOf(dtype: FloatDType): Round | undefined {
  if (dtype === 'F32' || dtype === 'F64') return Math.fround;
  if (dtype === 'F16') return Math.f16round;
  return dtype === 'BF16' ? roundToBFloat : undefined;
}

const single = new Float32Array(1);
const word = new Uint32Array(single.buffer);

/** Finite numbers only; ties to even. */
function roundToBFloat(value: number): number {
  single.fill(value);
  const [bits = 0] = word;
  word.fill((bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000);
  const [rounded = 0] = single;
  return rounded;
}

/** How many values tell which grids are worth trying on all. */
export const gridSample = 32;

/**
 * Shifts of a quotient that was rounded before it was divided: they reach one neighbour in single precision, and leave no
 * number between out.
 */
const shifts = [0, -0.6, 0.6, -1.2, 1.2].map((share) => 1 + share * 2 ** -24);

/**
 * The grid on which `values` lie to the last bit, when each product of a code and the scale is rounded by `round`: such were
 * restored from codes, and lose nothing as codes again. `least` (at most 0) and `greatest` (at least 0) are the ends of the
 * numbers that shall lie on it, which may be more than those given; there are codes for `most` steps from one end to the other.
 * `undefined` where there is none, or nothing but zeros.
 */
export function gridScale(
  values: Float32Array,
  least: number,
  greatest: number,
  most: number,
  round: Round,
): number | undefined {
  const largest = Math.max(-least, greatest);
  if (!(largest > 0)) return undefined;
  const mostCode = Math.floor((most * largest) / (greatest - least) + 0.5);
  const fits = (scale: number): boolean =>
    Math.round(greatest / scale) - Math.round(least / scale) <= most &&
    isMultiple(largest, scale, round) &&
    areMultiples(values, scale, round);
  // The finest grid holds the coarser ones. Where numbers are short, though, nearly all lie on it.
  const isShort = round !== Math.fround;
  for (let tried = 1; tried <= mostCode; tried++) {
    const scale = nearestStep(largest / (isShort ? tried : mostCode + 1 - tried));
    if (fits(scale)) return scale;
  }
  // Steps that nobody told are exact in single precision only.
  for (let code = isShort ? 0 : mostCode; code > 0; code--)
    for (let shift = 0; shift < shifts.length; shift++) {
      const scale = Math.fround((largest / code) * (shifts[shift] ?? 1));
      if (fits(scale)) return scale;
    }
  return undefined;
}

function areMultiples(values: Float32Array, scale: number, round: Round): boolean {
  for (let index = 0; index < values.length; index++) if (!isMultiple(values[index] ?? 0, scale, round)) return false;
  return true;
}

/** Whether a value is just what a code times `scale` gives. */
export function isMultiple(value: number, scale: number, round: Round): boolean {
  return round(Math.fround(Math.round(value / scale) * scale)) === value;
}
