import { seriesColor } from '../../text/series.ts';
import { visibleText } from '../../text/visible.ts';
import { shapes } from './Scatter.tsx';
import classes from './ShapeLegend.module.css';

interface ShapeLegendProps {
  readonly entries: readonly { readonly series: number; readonly words: string }[];
  readonly note: string;
}

/** What the shapes and colours of points mean. */
export function ShapeLegend({ entries, note }: ShapeLegendProps) {
  return (
    <p className={classes.legend}>
      {entries.map(({ series, words }) => (
        <span key={words} className={classes.entry}>
          <svg width="14" height="14" viewBox="-7 -7 14 14" aria-hidden>
            <path
              d={shapes[series % shapes.length]}
              strokeWidth={1.5}
              style={{ stroke: seriesColor(series), fill: seriesColor(series) }}
            />
          </svg>
          {visibleText(words)}
        </span>
      ))}
      <span>{note}</span>
    </p>
  );
}
