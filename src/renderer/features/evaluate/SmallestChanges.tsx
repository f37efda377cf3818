import { NumberInput } from '@mantine/core';
import { useChangeSettings, useSettings } from '../../host/settings.ts';
import classes from './Evaluate.module.css';
import { metricKey, metricTitle, smallestChange, type Metric } from './metric-words.ts';

/** The smallest changes that matter to the person, as they said or as they are at first. */
export function useSmallestChange(): (metric: Metric) => number {
  const chosen = useSettings().data?.smallestChanges ?? {};
  return (metric) => smallestChange(metric, chosen);
}

/** A field for each metric; what is written there counts for all evaluations. */
export function SmallestChanges({ metrics }: { readonly metrics: readonly Metric[] }) {
  const chosen = useSettings().data?.smallestChanges ?? {};
  const change = useChangeSettings();
  return (
    <div className={classes.fields}>
      {metrics.map((metric) => {
        const scale = metric.unit === 'proportion' ? 100 : 1;
        const suffix = metric.unit === 'proportion' ? ' points' : metric.unit === 'none' ? '' : ` ${metric.unit}`;
        return (
          <NumberInput
            key={metricKey(metric)}
            label={`${metricTitle(metric)}: smallest change that matters to you`}
            value={Number((smallestChange(metric, chosen) * scale).toPrecision(3))}
            min={0}
            hideControls
            suffix={suffix}
            onChange={(value) => {
              if (typeof value === 'number' && value > 0)
                change.mutate({ smallestChanges: { ...chosen, [metricKey(metric)]: value / scale } });
            }}
          />
        );
      })}
    </div>
  );
}
