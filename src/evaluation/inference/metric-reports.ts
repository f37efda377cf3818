import type { Interval, MetricReport } from '../figures.ts';
import { finite } from '../compare/outputs.ts';
import { metricTraits } from '../metrics/catalog.ts';
import type { Measured } from '../metrics/metric.ts';
import { areaInterval } from '../statistics/ranks.ts';
import { differenceInterval, valueInterval } from '../statistics/ratio.ts';
import { changedUnits } from '../statistics/sample.ts';
import type { MetricSpec } from '../task/schema.ts';
import { isAgainstOriginal } from './scoring.ts';

interface Side {
  readonly specs: readonly MetricSpec[];
  readonly original: ReadonlyMap<MetricSpec, Measured> | undefined;
  readonly candidate: ReadonlyMap<MetricSpec, Measured> | undefined;
  readonly seed: number;
  /** Whether all outputs are equal bit for bit. */
  readonly identical: boolean;
}

/** Brings both models' measurements together, with intervals. */
export function metricReports({ specs, original, candidate, seed, identical }: Side): readonly MetricReport[] {
  return specs.flatMap((spec) => {
    const [before, after] = [original?.get(spec), candidate?.get(spec)];
    const any = after ?? before;
    if (any === undefined) return [];
    const [was, is] = [finite(before?.value ?? NaN), finite(after?.value ?? NaN)];
    return {
      metric: spec.metric,
      ...metricTraits[spec.metric],
      against: isAgainstOriginal(spec) ? ('original' as const) : ('target' as const),
      value: is,
      original: was,
      delta: was === null || is === null ? null : is - was,
      n: any.kind === 'sums' ? any.collector.weight : any.count,
      units: unitsOf(any),
      ...changedOf(before, after),
      seed,
      interval: intervalOf(before, after ?? before, {
        ...{ seed, identical },
        isShare: metricTraits[spec.metric].unit === 'proportion',
      }),
    };
  });
}

function unitsOf(measured: Measured): number {
  return measured.kind === 'sums'
    ? measured.collector.scores().denominators.length
    : new Set(measured.ranked.blocks).size;
}

function changedOf(before: Measured | undefined, after: Measured | undefined): Pick<MetricReport, 'changed'> {
  if (before?.kind !== 'sums' || after?.kind !== 'sums') return {};
  return { changed: changedUnits(before.collector.scores(after.collector), after.collector.scores(before.collector)) };
}

function intervalOf(
  before: Measured | undefined,
  after: Measured | undefined,
  options: { readonly seed: number; readonly identical: boolean; readonly isShare: boolean },
): Interval | null {
  if (after === undefined) return null;
  const interval =
    after.kind === 'ranks'
      ? areaInterval(before?.kind === 'ranks' && before !== after ? before.ranked : undefined, after.ranked, options)
      : before?.kind === 'sums' && before !== after
        ? differenceInterval(before.collector.scores(after.collector), after.collector.scores(before.collector), {
            ...options,
            transform: after.transform,
          })
        : valueInterval(after.collector.scores(), { ...options, transform: after.transform });
  return interval !== null && Number.isFinite(interval.low) && Number.isFinite(interval.high) ? interval : null;
}
