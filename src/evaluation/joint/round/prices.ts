import { cheapest, type Rate } from '../../../engine/feedback/index.ts';
import { priceCodes, pricesOfOne } from '../../../engine/codecs/range/prices.ts';
import { Workspace } from '../../../engine/kernels/workspace.ts';
import type { Geometry } from '../../../engine/quantizers/quantizer.ts';
import { piecesOf } from '../../../engine/quantizers/statistics.ts';

/**
 * What a bit is worth in squared steps: a third of what it is where rate and distortion trade evenly for weights taken alone
 * (ln 2 / 6). More of it makes single layers better, but their errors less like noise, so that models become worse.
 */
const bitPrice = (0.3 * Math.LN2) / 6;
/** No codes are taken to lie nearer to 0: what weights differ from their lines by. */
const leastVariance = 1 / 12;
/** Codes that an archive codes together, as it cuts tensors into blocks. */
const pieceCount = 2 ** 18;
const mostCode = 127;

/** The code of the number at a place: the nearest or, at a price, one nearer to 0 that costs less altogether. */
export function codeOf(value: number, step: number, rate: Rate | undefined, place: number): number {
  const wanted = value / step;
  if (!rate) return Math.round(wanted);
  return cheapest(wanted, rate.price, rate.codes[place] ?? 0, rate.bits.subarray(pricesOfOne * place));
}

/** What the codes of rounded values, and those beside them, take with the coder that learns, and how that grows with their squares. */
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
  const variance = codes.reduce((sum, code) => sum + code * code, 0) / Math.max(1, codes.length);
  // Codes of normal numbers grow by their squares.
  const curvature = 8 / Math.LN2 / Math.max(leastVariance, variance);
  return { price: bitPrice / 16, codes, bits, curvature };
}

/** Codes, prices, and the model of the coder, in bytes. */
const workspaceBytes = (1 + pricesOfOne) * pieceCount + 8 * 2 ** 20;
