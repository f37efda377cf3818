import type { Gain } from './candidates.ts';

/** A number to its place from 0 to 1. */
export type Scale = (value: number) => number;

/** Of changes that matter: what is worse than so many smallest ones stands at the edge, or it would flatten all others. */
const worstDrawn = 25;

/** From nothing to the largest size, and from the worst to the best end of any interval; the band that is too small to matter shows. */
export function paretoScale(
  points: readonly { readonly size: number; readonly gain: Gain }[],
  original: number,
  smallest: number,
): { readonly x: Scale; readonly y: Scale; readonly isBeyond: (value: number) => boolean } {
  const widest = Math.max(original, ...points.map(({ size }) => size), 1);
  const edge = smallest > 0 ? -worstDrawn * smallest : -Infinity;
  const worst = Math.max(edge, Math.min(0, -2 * smallest, ...points.map(({ gain }) => gain.low)));
  const best = Math.max(0, 2 * smallest, ...points.map(({ gain }) => gain.high));
  const range = best - worst || 1;
  return {
    x: (size) => size / widest,
    y: (value) => Math.max(0, (value - worst) / range),
    isBeyond: (value) => value < worst,
  };
}
