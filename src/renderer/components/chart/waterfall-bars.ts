/** One step: a total, or what is added to (or, negative, taken from) what stands before it. */
export interface Step {
  readonly label: string;
  readonly value: number;
  readonly isTotal: boolean;
}

export interface Bar {
  readonly label: string;
  readonly kind: 'total' | 'less' | 'more';
  readonly from: number;
  readonly to: number;
  readonly value: number;
}

/** Where each bar begins and ends, and the range of all; totals stand on zero, steps hang from the one before. */
export function waterfallBars(steps: readonly Step[]): {
  readonly bars: readonly Bar[];
  readonly least: number;
  readonly most: number;
} {
  let level = 0;
  const bars = steps.map(({ label, value, isTotal }): Bar => {
    const from = isTotal ? 0 : level;
    level = isTotal ? value : level + value;
    return { label, kind: isTotal ? 'total' : value < 0 ? 'less' : 'more', from, to: level, value };
  });
  const ends = bars.flatMap(({ from, to }) => [from, to]);
  return { bars, least: Math.min(0, ...ends), most: Math.max(0, ...ends) };
}
