import { DamagedArchiveError } from '../errors.ts';
import type { Workspace } from '../kernels/workspace.ts';
import type { Part } from './quantizer.ts';

/** Steps are told to a thirty-second of an octave, 2.2 %. */
const perOctave = 32;
/** Stands for a step of 0. */
const zeroCode = 65_535;
/** The largest finite single-precision number. */
const largestStep = 3.4028234663852886e38;
const fractions = Array.from({ length: perOctave }, (_, place) => Math.fround(2 ** (place / perOctave)));

/** Many steps, one for each row, column or group, as they are stored. */
export interface Steps {
  /** The largest step, in thirty-seconds of an octave: two bytes of a header. */
  readonly header: Uint8Array;
  /** What the decoder will use: never less than was asked for, at most 2.2 % more. */
  readonly steps: Float32Array;
  /** Two bytes each: thirty-seconds of an octave below the largest. */
  readonly part: Part;
}

export const stepsHeaderBytes = 2;

export type StepRoom = Pick<Workspace, 'allocate'>;

/** Room for steps outside of jobs. */
export const plainRoom: StepRoom = { allocate: (length) => new Uint8Array(new SharedArrayBuffer(length)) };

/** Rounds steps (at least 0) up to such as can be told in few bits; each by itself, whatever the others are. */
export function writeSteps(wanted: Float32Array, workspace: StepRoom): Steps {
  const levels = Int32Array.from(wanted, levelOf);
  const most = levels.reduce(
    (greatest, level, place) => ((wanted[place] ?? 0) > 0 ? Math.max(greatest, level) : greatest),
    -32768,
  );
  const bytes = workspace.allocate(2 * wanted.length);
  const codes = new Uint16Array(bytes.buffer, bytes.byteOffset, wanted.length);
  levels.forEach((level, place) => {
    codes[place] = (wanted[place] ?? 0) > 0 ? most - level : zeroCode;
  });
  const header = new Uint8Array(stepsHeaderBytes);
  new DataView(header.buffer).setInt16(0, most, true);
  return {
    header,
    steps: Float32Array.from(codes, (code) => stepOf(most, code)),
    part: { bytes, width: 2, dtype: 'U16' },
  };
}

/** The least level whose step is not below `step`. */
function levelOf(step: number): number {
  if (!(step > 0)) return 0;
  const wanted = Math.min(step, largestStep);
  let level = Math.ceil(perOctave * Math.log2(wanted)) - 1;
  while (stepAt(level) < wanted) level++;
  return level;
}

/** The step that can be told which is nearest to `value` (above 0) by its logarithm. */
export function nearestStep(value: number): number {
  return stepAt(Math.round(perOctave * Math.log2(value)));
}

function stepAt(level: number): number {
  const octave = Math.floor(level / perOctave);
  return Math.min(largestStep, Math.fround((fractions[level - octave * perOctave] ?? 1) * 2 ** octave));
}

function stepOf(most: number, code: number): number {
  return code === zeroCode ? 0 : stepAt(most - code);
}

/** The inverse of {@link writeSteps}, from a header at `start`. */
export function readSteps(header: Uint8Array, start: number, part: Part | undefined): Float32Array {
  if (part === undefined || header.length < start + stepsHeaderBytes)
    throw new DamagedArchiveError('The steps of a piece are cut off.');
  const most = new DataView(header.buffer, header.byteOffset, header.length).getInt16(start, true);
  return Float32Array.from({ length: part.bytes.length >> 1 }, (_, place) =>
    stepOf(most, (part.bytes[2 * place] ?? 0) | ((part.bytes[2 * place + 1] ?? 0) << 8)),
  );
}
