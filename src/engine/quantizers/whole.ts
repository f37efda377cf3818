import type { Workspace } from '../kernels/workspace.ts';
import { parametersOf } from './approximate.ts';
import { quantizerById } from './catalog.ts';
import type { Geometry } from './quantizer.ts';
import { measurePiece, piecesOf } from './statistics.ts';

/** Numbers of a piece; how a tensor is cut does not matter. */
const pieceCount = 2 ** 18;

/** Puts what a decoder will make of a whole single-precision tensor in the place of its numbers, which are finite. */
export function approximateWhole(
  values: Float32Array,
  geometry: Geometry,
  { method, options }: { readonly method: string; readonly options: unknown },
  workspace: Workspace,
): void {
  const quantizer = quantizerById(method);
  const place = { ...geometry, start: 0, total: values.length };
  const statistics = measurePiece(values, place, quantizer?.needs ?? {});
  const parameters = parametersOf({ quantizer: method, options, geometry, statistics });
  for (const { start, count } of piecesOf(geometry, pieceCount)) {
    const mark = workspace.mark();
    const [firstRow, firstColumn] = [Math.floor(start / geometry.columns), start % geometry.columns];
    const piece = { ...geometry, values: values.slice(start, start + count), firstRow, firstColumn };
    const quantized = quantizer?.quantize(piece, parameters, workspace);
    const shape = { count, columns: geometry.columns, firstColumn };
    if (quantized) quantizer?.dequantize(quantized, shape, values.subarray(start, start + count), workspace);
    workspace.release(mark);
  }
}
