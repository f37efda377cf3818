import { Chart } from '../../components/chart/Chart.tsx';
import { Picture } from '../../components/chart/Picture.tsx';
import { countText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import classes from './MetricDots.module.css';
import { changeOfMetric, gain, intervalText, judge, judgementWords, metricText, type Metric } from './metric-words.ts';

/** One dot: a metric of one candidate, and the smallest change of it that matters. */
export interface DotRow {
  readonly label: string;
  readonly metric: Metric;
  readonly smallest: number;
}

interface MetricDotsProps {
  readonly title: string;
  readonly finding: string;
  readonly fileName: string;
  readonly rows: readonly DotRow[];
}

const rowHeight = 46;
const top = 22;
/** Changes are drawn in smallest changes that matter; those beyond so many stand at the edge. */
const mostDrawn = 4;

/**
 * Changes as dots with their intervals, better to the right, against the band of changes that are too small to matter. Each
 * row has its own scale, on which that band is equally wide.
 */
export function MetricDots({ title, finding, fileName, rows }: MetricDotsProps) {
  const height = top + rows.length * rowHeight;
  return (
    <Chart
      {...{ title, finding, fileName }}
      table={{
        columns: ['', 'Original', 'Candidate', 'Change', '95 % interval', 'n', 'Seed', 'What may be said'],
        rows: rows.map(({ label, metric, smallest }) => [
          label,
          figureCell(metric, metric.original),
          figureCell(metric, metric.value),
          metric.delta === null ? '' : { value: metric.delta, text: changeOfMetric(metric, metric.delta) },
          intervalText(metric),
          { value: metric.n, text: countText(metric.n) },
          metric.seed,
          judgementWords(metric, smallest),
        ]),
      }}
    >
      <Picture title={title} description={finding} height={height}>
        {(width) => {
          const left = width < 560 ? 8 : 200;
          const middle = (left + width - 8) / 2;
          const step = (width - 8 - left) / 2 / mostDrawn;
          const x = (share: number) => middle + Math.max(-mostDrawn, Math.min(mostDrawn, share)) * step;
          return (
            <>
              <rect x={x(-1)} width={x(1) - x(-1)} y={top - 4} height={height - top} className={classes.band} />
              <path d={`M${middle} ${top - 4}V${height}`} className={classes.zero} />
              <text x={left} y={12} className={classes.quiet}>
                ← worse
              </text>
              <text x={middle} y={12} textAnchor="middle" className={classes.quiet}>
                too small to matter
              </text>
              <text x={width - 8} y={12} textAnchor="end" className={classes.quiet}>
                better →
              </text>
              {rows.map(({ label, metric, smallest }, row) => {
                const change = gain(metric);
                const y = top + row * rowHeight;
                const words = `${visibleText(label)}: ${metricText(metric, metric.value)}, ${judgementWords(metric, smallest)}`;
                return (
                  <g key={row} data-judgement={judge(metric, smallest)} className={classes.row}>
                    <title>{words}</title>
                    <text y={left === 8 ? y + 11 : y + 24}>{visibleText(label)}</text>
                    {change === undefined ? (
                      <text x={left} y={y + 24} className={classes.quiet}>
                        {metricText(metric, metric.value)}
                        {metric.original !== null && `, the original ${metricText(metric, metric.original)}`}
                      </text>
                    ) : (
                      <>
                        <path
                          d={`M${x(change.low / smallest)} ${y + 20}H${x(change.high / smallest)}m0 -5v10M${x(change.low / smallest)} ${y + 15}v10`}
                          className={classes.interval}
                        />
                        <circle cx={x(change.value / smallest)} cy={y + 20} r={5} className={classes.dot} />
                        {Math.abs(change.value / smallest) > mostDrawn && (
                          <text
                            x={x(change.value / smallest)}
                            y={y + 39}
                            textAnchor={change.value < 0 ? 'start' : 'end'}
                            className={classes.quiet}
                          >
                            {change.value < 0 ? '← further than this' : 'further than this →'}
                          </text>
                        )}
                        <text x={width - 8} y={y + 39} textAnchor="end" className={classes.quiet}>
                          {metric.delta === null ? '' : changeOfMetric(metric, metric.delta)}
                        </text>
                      </>
                    )}
                  </g>
                );
              })}
            </>
          );
        }}
      </Picture>
    </Chart>
  );
}

function figureCell(metric: Metric, value: number | null) {
  return value === null ? 'no figure' : { value, text: metricText(metric, value) };
}
