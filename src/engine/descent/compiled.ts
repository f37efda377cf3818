import code from '../kernels/generated/descent.wasm.ts';
import { instantiate } from '../kernels/load.ts';
import type { Workspace } from '../kernels/workspace.ts';
import type { DescentKernel } from './kernel.ts';

type Loop = (...given: number[]) => number;
type Exports = Readonly<Record<'slope' | 'descend' | 'gather', Loop>>;

/** The compiled loops, for arrays that all live in `workspace`. */
export function descentKernel(workspace: Workspace): DescentKernel {
  const loops = instantiate(code, workspace.memory) as unknown as Exports;
  return {
    slope: ({ sums, stride, size, errors, gradient }) =>
      void loops.slope(sums.byteOffset, stride, size, errors.byteOffset, gradient.byteOffset),
    descend({ sums, stride, size, places, count, gradient, book, prices }) {
      const row = [sums.byteOffset, stride, size, places.byteOffset, count, gradient.byteOffset];
      return loops.descend(...row, book.byteOffset, prices.byteOffset);
    },
    gather({ sums, stride, size, places, count, gradient, normals, slopes }) {
      const row = [sums.byteOffset, stride, size, places.byteOffset, count, gradient.byteOffset];
      loops.gather(...row, normals.byteOffset, slopes.byteOffset);
    },
  };
}
