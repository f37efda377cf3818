import type { Workspace } from '../kernels/workspace.ts';

/** Room for single-precision numbers in the workspace, all 0. */
export function allocateFloat32(count: number, workspace: Workspace): Float32Array {
  const bytes = workspace.allocate(4 * count);
  return new Float32Array(bytes.buffer, bytes.byteOffset, count).fill(0);
}

/** Room for double-precision numbers in the workspace, all 0. */
export function allocateFloat64(count: number, workspace: Workspace): Float64Array {
  const bytes = workspace.allocate(8 * count);
  return new Float64Array(bytes.buffer, bytes.byteOffset, count).fill(0);
}
