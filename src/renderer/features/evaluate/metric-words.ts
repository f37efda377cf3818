import type { EvaluationSummary } from '../../../contract/evaluations.ts';
import type { Settings } from '../../../contract/settings.ts';
import { numberText } from '../../text/amounts.ts';

export type Metric = EvaluationSummary['metrics'][number];

/** What may be said of a change, in the order from good news to bad. */
export type Judgement = 'identical' | 'better' | 'same' | 'unclear' | 'worse' | 'unknown';

/** A half point of proportions, and one per cent of all else, until a person says what matters to them. */
const smallestPoints = 0.005;
const smallestShare = 0.01;

/** Tells metrics of one task apart. */
export function metricKey({ metric, against }: Pick<Metric, 'metric' | 'against'>): string {
  return `${metric} ${against}`;
}

export function metricTitle({ title, against }: Pick<Metric, 'title' | 'against'>): string {
  return against === 'original' ? `${title}, as the original` : title;
}

/** The smallest change of a metric that matters to the person. */
export function smallestChange(metric: Metric, chosen: Settings['smallestChanges']): number {
  const known = chosen[metricKey(metric)];
  if (known !== undefined) return known;
  if (metric.unit === 'proportion') return smallestPoints;
  return Math.abs(metric.original ?? metric.value ?? 0) * smallestShare || smallestShare;
}

/** A figure in the unit it is shown in: per cent of proportions. */
export function metricText({ unit }: Pick<Metric, 'unit'>, value: number | null): string {
  if (value === null) return 'no figure';
  if (unit === 'proportion') return `${(value * 100).toFixed(2)} %`;
  return `${numberText(Number(value.toPrecision(5)))}${unitWords(unit)}`;
}

/** A change with its sign; of proportions in points. */
export function changeOfMetric({ unit }: Pick<Metric, 'unit'>, delta: number): string {
  return `${delta < 0 ? '−' : delta > 0 ? '+' : '±'}${sizeOfChange({ unit }, delta)}`;
}

/** The same without its sign. */
export function sizeOfChange({ unit }: Pick<Metric, 'unit'>, delta: number): string {
  const size = Math.abs(delta);
  if (unit === 'proportion') return `${(size * 100).toFixed(2)} points`;
  return `${numberText(Number(size.toPrecision(3)))}${unitWords(unit)}`;
}

/** Both ends of an interval of a change. */
export function intervalText(metric: Metric): string {
  const { interval } = metric;
  if (interval === null) return 'no interval';
  return `${changeOfMetric(metric, interval.low)} to ${changeOfMetric(metric, interval.high)}`;
}

/** The change turned so that more is better, with its interval; nothing where either is not known. */
export function gain({ better, delta, interval }: Metric): { value: number; low: number; high: number } | undefined {
  if (delta === null || interval === null) return undefined;
  return better === 'higher'
    ? { value: delta, low: interval.low, high: interval.high }
    : { value: -delta, low: -interval.high, high: -interval.low };
}

/** What the interval supports, against the smallest change that matters. */
export function judge(metric: Metric, smallest: number): Judgement {
  const change = gain(metric);
  if (change === undefined) return 'unknown';
  const { low, high } = change;
  if (low === 0 && high === 0) return 'identical';
  if (low > 0) return 'better';
  if (high < 0) return 'worse';
  return Math.max(-low, high) <= smallest ? 'same' : 'unclear';
}

/** The judgement as a sentence; no word of it says more than the interval does. */
export function judgementWords(metric: Metric, smallest: number): string {
  const { interval } = metric;
  const judgement = judge(metric, smallest);
  if (judgement === 'unknown' || interval === null) return metric.verdict;
  const most = sizeOfChange(metric, Math.max(Math.abs(interval.low), Math.abs(interval.high)));
  const least = sizeOfChange(metric, Math.min(Math.abs(interval.low), Math.abs(interval.high)));
  switch (judgement) {
    case 'identical':
      return 'Identical';
    case 'same':
      return `No change seen larger than ${most}`;
    case 'unclear':
      return `Not clear: it may differ by up to ${most}, which would matter to you`;
    case 'better':
    case 'worse':
      return `${judgement === 'better' ? 'Better' : 'Worse'} by ${least} to ${most}${Math.max(Math.abs(interval.low), Math.abs(interval.high)) <= smallest ? ', which is less than what matters to you' : ''}`;
  }
}

function unitWords(unit: Metric['unit']): string {
  return unit === 'none' || unit === 'proportion' ? '' : ` ${unit}`;
}
