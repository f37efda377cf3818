import type { FloatTensor } from '../float-tensor.ts';
import type { Loss } from '../loss.ts';
import type { Round } from './grid.ts';
import type { Grouping } from './grouping.ts';
import type { Fitting } from './kernel.ts';

/** The largest number of the eight-bit float. */
export const largestFloat8 = 448;

/** A tensor that is becoming codes. */
export interface Work {
  readonly tensor: FloatTensor;
  readonly grouping: Grouping;
  readonly scales: Float32Array;
  readonly zeros: Uint8Array;
  readonly fitting: Fitting;
  /** How whole-number codes are stored; absent for eight-bit floats. */
  readonly code: { readonly steps: number; readonly shift: number; readonly round: Round } | undefined;
  readonly loss: Loss;
  readonly signal: AbortSignal;
}
