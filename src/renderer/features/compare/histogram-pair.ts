import type { TensorLook } from '../../../contract/models.ts';

export type Histogram = NonNullable<TensorLook['histogram']>;

/** A column on the common axis: where it stands, from 0 to 1, and how high, from 0 to 1 of the highest of both. */
export interface PairColumn {
  readonly x: number;
  readonly width: number;
  readonly height: number;
}

export interface HistogramPair {
  readonly from: number;
  readonly to: number;
  readonly left: readonly PairColumn[];
  readonly right: readonly PairColumn[];
}

/** Two histograms on one axis; heights are shares of the numbers per width, so that ranges of other widths compare. */
export function pairHistograms(left: Histogram, right: Histogram): HistogramPair {
  const from = Math.min(left.from, right.from);
  const to = Math.max(left.to, right.to);
  const range = to - from || 1;
  const density = (histogram: Histogram) => {
    const total = histogram.counts.reduce((sum, count) => sum + count, 0) || 1;
    const step = (histogram.to - histogram.from || 1) / Math.max(1, histogram.counts.length);
    return histogram.counts.map((count) => count / total / step);
  };
  const [leftHeights, rightHeights] = [density(left), density(right)];
  const most = Math.max(...leftHeights, ...rightHeights) || 1;
  const columns = (histogram: Histogram, heights: readonly number[]) => {
    const width = (histogram.to - histogram.from || range) / range / Math.max(1, heights.length);
    return heights.map((height, index) => ({
      x: (histogram.from - from) / range + index * width,
      width,
      height: height / most,
    }));
  };
  return { from, to, left: columns(left, leftHeights), right: columns(right, rightHeights) };
}

/** What the pair shows, in one sentence. */
export function pairFinding(left: Histogram, right: Histogram): string {
  const same = left.from === right.from && left.to === right.to && left.counts.join() === right.counts.join();
  if (same) return 'Both have the same numbers.';
  const filled = ({ counts }: Histogram) => counts.filter((count) => count > 0).length;
  return `The left fills ${filled(left)} of ${left.counts.length} columns, the right ${filled(right)} of ${right.counts.length}.`;
}
