import { cheapest, type Rate } from '../../../engine/feedback/index.ts';
import { priceCodes, pricesOfOne } from '../../../engine/codecs/range/prices.ts';
import { Workspace } from '../../../engine/kernels/workspace.ts';
import type { Geometry } from '../../../engine/quantizers/quantizer.ts';
import { piecesOf } from '../../../engine/quantizers/statistics.ts';

/** What a bit is worth in squared steps where rate and distortion trade evenly: ln 2 / 6. */
const evenPrice = Math.LN2 / 6;
/** Codes that an archive codes together, as it cuts tensors into blocks. */
const pieceCount = 2 ** 18;
const mostCode = 127;

/** The code of the number at a place: the nearest or, at a price, one nearer to 0 that costs less altogether. */
export function codeOf(value: number, step: number, rate: Rate | undefined, place: number): number {
  const wanted = value / step;
  if (!rate) return Math.round(wanted);
  return cheapest(wanted, rate.price, rate.codes[place] ?? 0, rate.bits.subarray(pricesOfOne * place));
}

/** What the codes of rounded values, and those beside them, take with the coder that learns. */
export function rateOf(values: Float32Array, geometry: Geometry, step: (at: number) => number): Rate {
  const codes = Int8Array.from(values, (value, at) =>
    Math.max(-mostCode, Math.min(mostCode, Math.round(value / step(at)))),
  );
  const bits = new Uint8Array(pricesOfOne * codes.length);
  const workspace = new Workspace(workspaceBytes);
  for (const { start, count } of piecesOf(geometry, pieceCount)) {
    const mark = workspace.mark();
    bits.set(priceCodes(codes.subarray(start, start + count), geometry.columns, workspace), pricesOfOne * start);
    workspace.release(mark);
  }
  return { price: evenPrice / 16, codes, bits };
}

/** Codes, prices, and the model of the coder, in bytes. */
const workspaceBytes = (1 + pricesOfOne) * pieceCount + 8 * 2 ** 20;
