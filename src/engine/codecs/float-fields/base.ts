import type { Workspace } from '../../kernels/workspace.ts';
import type { FloatFieldsKernel } from './kernel.ts';

/** Symbol values between zero and the escape. */
export const windowValues = 254;

const surveyed = 8192;

/** The greatest base that leaves no value above the window, at least 1. */
export function greatestBase(k: number): number {
  return Math.max(1, 2 ** (16 - k) - windowValues);
}

/**
 * The base whose window covers the most values of a sample; short inputs are counted wholly. Values that the sample missed
 * become escapes, so a window that is wider than the sample needs is centred on it.
 */
export function chooseBase(
  kernel: FloatFieldsKernel,
  source: number,
  count: number,
  width: number,
  k: number,
  workspace: Workspace,
): number {
  const mark = workspace.mark();
  const values = 2 ** (16 - k);
  const table = workspace.allocate(4 * values);
  const step = Math.max(1, Math.floor(count / surveyed));
  kernel.survey(source, count, width, k, step, table.byteOffset);
  const base = bestWindow(new Uint32Array(table.buffer, table.byteOffset, values), step > 1);
  workspace.release(mark);
  return Math.min(base, greatestBase(k));
}

function bestWindow(counts: Uint32Array, sampled: boolean): number {
  const least = counts.findIndex((count, value) => value > 0 && count > 0);
  if (least < 0) return 1;
  const greatest = counts.findLastIndex((count) => count > 0);
  const spare = windowValues - (greatest - least + 1);
  if (spare >= 0) return sampled ? Math.max(1, least - (spare >> 1)) : least;
  let covered = 0;
  let best = 0;
  let base = least;
  for (let value = least; value <= greatest; value++) {
    covered += (counts[value] ?? 0) - (value - windowValues >= least ? (counts[value - windowValues] ?? 0) : 0);
    if (covered > best) {
      best = covered;
      base = Math.max(least, value - windowValues + 1);
    }
  }
  return base;
}
