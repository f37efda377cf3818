import type { Gain } from './candidates.ts';

/** A number to its place from 0 to 1. */
export type Scale = (value: number) => number;

/** From nothing to the largest size, and from the worst to the best end of any interval; the band that is too small to matter shows. */
export function paretoScale(
  points: readonly { readonly size: number; readonly gain: Gain }[],
  original: number,
  smallest: number,
): { readonly x: Scale; readonly y: Scale } {
  const widest = Math.max(original, ...points.map(({ size }) => size), 1);
  const worst = Math.min(0, -2 * smallest, ...points.map(({ gain }) => gain.low));
  const best = Math.max(0, 2 * smallest, ...points.map(({ gain }) => gain.high));
  const range = best - worst || 1;
  return { x: (size) => size / widest, y: (value) => (value - worst) / range };
}
