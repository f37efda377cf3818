import type { StreamShape } from '../codecs/codec.ts';
import type { Workspace } from '../kernels/workspace.ts';
import { countBlocks, eachBlock, perStep } from './blocks.ts';
import type { Part, PieceShape } from './quantizer.ts';
import { plainRoom, readSteps, writeSteps } from './steps.ts';

/** Zeros are told to a part of a code. */
const zeroFraction = 128;

/**
 * Groups of numbers on grids that need not go through zero: (code − zero) × step, codes from 0 to `most`, zeros as u16 in
 * 128ths of a code.
 */
export interface AffineGroups {
  readonly steps: Float32Array;
  readonly zeros: Uint16Array;
}

/** Finds the zero of a group, given in steps: `numbers[start..end)` × `factor` + zero are rounded. */
export type FindZero = (
  numbers: Float32Array,
  start: number,
  end: number,
  factor: number,
  zero: number,
  most: number,
) => number;

/** Steps that let the codes of each group reach from its least to its largest number, zero included, and the zeros. */
export function affineGroups(
  numbers: Float32Array,
  shape: PieceShape,
  { block, most, findZero }: { readonly block: number; readonly most: number; readonly findZero?: FindZero },
  workspace: Pick<Workspace, 'allocate'> = plainRoom,
): AffineGroups & { readonly header: Uint8Array; readonly parts: readonly Part[] } {
  const leasts = new Float32Array(countBlocks(shape, block));
  const wanted = new Float32Array(leasts.length);
  eachBlock(shape, block, (start, end, number) => {
    let [least, greatest] = [0, 0];
    for (let at = start; at < end; at++) {
      const value = numbers[at] ?? 0;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
    leasts[number] = least;
    wanted[number] = (greatest - least) / most;
  });
  const { header, steps, part } = writeSteps(wanted, workspace);
  const zeros = new Uint16Array(leasts.length);
  eachBlock(shape, block, (start, end, number) => {
    const factor = perStep(steps[number]);
    const first = -(leasts[number] ?? 0) * factor;
    const zero = findZero?.(numbers, start, end, factor, first, most) ?? first;
    zeros[number] = Math.max(0, Math.min(65_535, Math.round(zero * zeroFraction)));
  });
  const zeroBytes = new Uint8Array(zeros.buffer);
  return { steps, zeros, header, parts: [part, { bytes: zeroBytes, width: 2, dtype: 'U16' }] };
}

export function affineCodes(
  numbers: Float32Array,
  shape: PieceShape,
  { steps, zeros }: AffineGroups,
  block: number,
  most: number,
  codes: Uint8Array,
): void {
  eachBlock(shape, block, (start, end, number) => {
    const factor = perStep(steps[number]);
    const zero = (zeros[number] ?? 0) / zeroFraction;
    for (let at = start; at < end; at++) {
      const code = Math.round((numbers[at] ?? 0) * factor + zero);
      codes[at] = code < 0 ? 0 : code > most ? most : code;
    }
  });
}

/** The shapes of steps, zeros and codes. */
export function affineShapes(shape: PieceShape, block: number): StreamShape[] {
  const groups = countBlocks(shape, block);
  return [
    { length: 2 * groups, width: 2 },
    { length: 2 * groups, width: 2 },
    { length: shape.count, width: 1 },
  ];
}

/** The inverse of {@link affineCodes}, from a header of steps at `stepsAt`. */
export function fromAffine(
  header: Uint8Array,
  stepsAt: number,
  [stepPart, zeroPart, codePart]: readonly Part[],
  shape: PieceShape,
  block: number,
  values: Float32Array,
): void {
  const steps = readSteps(header, stepsAt, stepPart);
  const [zeros, codes] = [zeroPart?.bytes ?? new Uint8Array(), codePart?.bytes ?? new Uint8Array()];
  eachBlock(shape, block, (start, end, number) => {
    const step = steps[number] ?? 0;
    const zero = ((zeros[2 * number] ?? 0) | ((zeros[2 * number + 1] ?? 0) << 8)) / zeroFraction;
    for (let at = start; at < end; at++) values[at] = ((codes[at] ?? 0) - zero) * step;
  });
}

/** Half a step, and what lies beyond the ends of a group's grid. */
export function affineBound(
  numbers: Float32Array,
  shape: PieceShape,
  { steps, zeros }: AffineGroups,
  block: number,
  most: number,
): Float64Array {
  const bounds = new Float64Array(numbers.length);
  eachBlock(shape, block, (start, end, number) => {
    const step = steps[number] ?? 0;
    const zero = (zeros[number] ?? 0) / zeroFraction;
    for (let at = start; at < end; at++) {
      const value = numbers[at] ?? 0;
      bounds[at] = Math.max(step / 2, value - (most - zero) * step, -zero * step - value);
    }
  });
  return bounds;
}
