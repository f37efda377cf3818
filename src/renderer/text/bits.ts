/** Steps of the one scale for bits per weight, the same on every screen; the last takes all above. */
const steps = [2, 4, 6, 8, 11, 14, 26] as const;

/** Which step of the scale, from 0 to 7. */
export function bitsStep(bitsPerWeight: number): number {
  const step = steps.findIndex((most) => bitsPerWeight <= most);
  return step < 0 ? steps.length : step;
}

/** A step in words, such as `8 to 11`. */
export function bitsStepWords(step: number): string {
  const from = steps[step - 1];
  const to = steps[step];
  if (to === undefined) return `over ${from ?? 0}`;
  return from === undefined ? `up to ${to}` : `${from} to ${to}`;
}

/** The step's colour. */
export function bitsColor(bitsPerWeight: number): string {
  return `var(--fw-bits-${bitsStep(bitsPerWeight)})`;
}

/** Bits with three digits, such as `10.7` and `5.03`. */
export function bitsText(bits: number): string {
  return bits.toFixed(bits >= 9.995 ? 1 : 2);
}
