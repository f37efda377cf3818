import type { Rate } from '../../engine/feedback/index.ts';

/** What a bit is worth in squared steps where rate and distortion trade evenly: ln 2 / 6. */
const evenPrice = Math.LN2 / 6;
const mostCode = 255;

/** The code of a number: the nearest or, at a price, one nearer to 0 that costs less altogether. */
export function codeOf(value: number, step: number, rate: Rate | undefined): number {
  const wanted = value / step;
  const code = Math.round(wanted);
  if (!rate || code === 0) return code;
  const cost = (one: number): number =>
    (wanted - one) ** 2 + rate.price * (rate.bits[Math.max(-mostCode, Math.min(mostCode, one)) + mostCode] ?? 0);
  return [code, code - Math.sign(code), 0].reduce((best, one) => (cost(one) < cost(best) ? one : best));
}

/** What codes of values cost, by their frequencies. */
export function pricesOf(values: Float32Array, step: (at: number) => number): Rate {
  const counts = new Float64Array(2 * mostCode + 1);
  for (let at = 0; at < values.length; at++) {
    const place = Math.max(-mostCode, Math.min(mostCode, Math.round((values[at] ?? 0) / step(at)))) + mostCode;
    counts[place] = (counts[place] ?? 0) + 1;
  }
  return { price: evenPrice, bits: Float32Array.from(counts, (count) => Math.log2(values.length / (count + 0.25))) };
}
