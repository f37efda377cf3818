import type { MetricReport } from './figures.ts';
import { fewestChanged, fewestUnits } from './statistics/sample.ts';
import { shareInterval } from './statistics/shares.ts';

/** What may be said of a metric: only what its interval supports. */
export function verdictOf(metric: MetricReport, items: number, unit: string): string {
  const { delta, interval, value, original, better, units } = metric;
  const among = `${items} ${unit}`;
  if (value === null) return 'cannot be told: the candidate gives no finite figure';
  if (interval === null) return withoutInterval(metric, units === items ? among : `${units} parts of ${among}`);
  if (delta === null || original === null)
    return original === null
      ? `${formatValue(metric, interval.low)} to ${formatValue(metric, interval.high)} with ${among}`
      : 'cannot be told';
  if (interval.low === 0 && interval.high === 0) return `identical on ${among}`;
  const range = `${formatDelta(metric, interval.low)} to ${formatDelta(metric, interval.high)}${unitOf(metric)}`;
  if (interval.low <= 0 && interval.high >= 0) return `no difference found with ${among} (${range})`;
  const isBetter = better === 'higher' ? delta > 0 : delta < 0;
  return `${isBetter ? 'better' : 'worse'} with ${among} (${range})`;
}

function withoutInterval({ units, changed }: MetricReport, among: string): string {
  if (units < fewestUnits) return `cannot be told with ${among}: an interval takes ${fewestUnits} that are independent`;
  if (changed === undefined || changed >= fewestChanged) return `one figure on ${among}, without an interval`;
  const most = formatValue({ unit: 'proportion' }, shareInterval(changed, units).high);
  return `${changed === 0 ? 'none' : 'only one'} of ${among} scores otherwise, so at most ${most} of all do; how much they may is not known from that`;
}

/** A value in the unit it is shown in: per cent of proportions. */
export function formatValue({ unit }: Pick<MetricReport, 'unit'>, value: number | null): string {
  if (value === null) return '–';
  if (unit === 'proportion') return `${(value * 100).toFixed(2)} %`;
  return `${value.toPrecision(6)}${unit === 'dB' ? ' dB' : ''}`;
}

/** A difference with its sign; of proportions in points. */
export function formatDelta({ unit }: Pick<MetricReport, 'unit'>, delta: number): string {
  const shown = unit === 'proportion' ? delta * 100 : delta;
  const text = unit === 'proportion' ? Math.abs(shown).toFixed(2) : Number(Math.abs(shown).toPrecision(3)).toString();
  return `${shown < 0 ? '−' : shown > 0 ? '+' : '±'}${text}`;
}

function unitOf({ unit }: Pick<MetricReport, 'unit'>): string {
  return unit === 'proportion' ? ' points' : unit === 'dB' ? ' dB' : unit === 'none' ? '' : ` ${unit}`;
}
