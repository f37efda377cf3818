import type { Workspace } from '../../kernels/workspace.ts';
import { compiledKernel, placeModel } from './index.ts';
import { logarithms } from './kernel.ts';
import { longestPeriod, modelOf } from './model.ts';

/** Prices of one code: those of the codes two below to two above it, and that of 0. */
export const pricesOfOne = 6;

/**
 * What signed codes in rows of `columns`, and their neighbours, take with the learning coder, in sixteenths of a bit up to 255:
 * {@link pricesOfOne} for each. The result lies in `workspace`.
 */
export function priceCodes(
  codes: Int8Array,
  columns: number,
  workspace: Workspace,
  kernelOf: typeof compiledKernel = compiledKernel,
): Uint8Array {
  const prices = workspace.allocate(pricesOfOne * codes.length);
  const mark = workspace.mark();
  const source = workspace.place(new Uint8Array(codes.buffer, codes.byteOffset, codes.length));
  const table = workspace.place(new Uint8Array(logarithms.buffer));
  const period = columns > longestPeriod ? 0 : columns;
  const model = placeModel(modelOf(source, { period, isNear: false, isSmooth: false }), workspace);
  kernelOf(workspace).price(source.byteOffset, codes.length, model, table.byteOffset, prices.byteOffset);
  workspace.release(mark);
  return prices;
}
