import { Chart } from '../../components/chart/Chart.tsx';
import { Picture } from '../../components/chart/Picture.tsx';
import { bytesText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import type { Gain } from './candidates.ts';
import classes from './ParetoChart.module.css';
import { paretoScale } from './pareto-scale.ts';

/** One candidate: what it takes, what changed, and whether another beats it in both. */
export interface ParetoPoint {
  readonly label: string;
  readonly size: number;
  readonly gain: Gain;
  /** The change in words. */
  readonly text: string;
  readonly isOnFront: boolean;
}

interface ParetoChartProps {
  readonly title: string;
  readonly finding: string;
  readonly fileName: string;
  readonly points: readonly ParetoPoint[];
  /** Bytes of the original, which stands at no change. */
  readonly original: number;
  /** The smallest change that matters; nothing where there is no such band. */
  readonly smallest: number | undefined;
}

const height = 300;
const frame = { left: 8, right: 28, top: 40, bottom: 30 } as const;

/** Size against what changed: smaller to the left, better up. Filled points are on the front, hollow ones are beaten. */
export function ParetoChart({ title, finding, fileName, points, original, smallest }: ParetoChartProps) {
  const { x, y, isBeyond } = paretoScale(points, original, smallest ?? 0);
  const front = points.filter(({ isOnFront }) => isOnFront).toSorted((one, other) => one.size - other.size);
  return (
    <Chart
      {...{ title, finding, fileName }}
      table={{
        columns: ['Number', 'Candidate', 'On disk', 'Change', 'Low', 'High', 'On the front'],
        rows: points.map(({ label, size, gain, text, isOnFront }, place) => [
          place + 1,
          label,
          { value: size, text: bytesText(size) },
          { value: gain.value, text },
          gain.low,
          gain.high,
          isOnFront ? 'yes' : 'no',
        ]),
      }}
    >
      <Picture title={title} description={finding} height={height}>
        {(width) => {
          const across = (size: number) => frame.left + x(size) * (width - frame.left - frame.right);
          const down = (value: number) => height - frame.bottom - y(value) * (height - frame.top - frame.bottom);
          return (
            <>
              {smallest !== undefined && (
                <rect
                  x={frame.left}
                  y={down(smallest)}
                  width={width - frame.left - frame.right}
                  height={down(-smallest) - down(smallest)}
                  className={classes.band}
                />
              )}
              <path d={`M${frame.left} ${down(0)}H${width - frame.right}`} className={classes.zero} />
              <path d={`M${frame.left} ${height - frame.bottom}H${width - frame.right}`} className={classes.axis} />
              <text x={frame.left} y={12} className={classes.quiet}>
                ↑ better
              </text>
              <text x={frame.left} y={height - 10} className={classes.quiet}>
                ← smaller
              </text>
              <text x={width - frame.right} y={height - 10} textAnchor="end" className={classes.quiet}>
                {bytesText(original)}
              </text>
              {front.length > 1 && (
                <path
                  d={front
                    .map(({ size, gain }, place) => `${place === 0 ? 'M' : 'L'}${across(size)} ${down(gain.value)}`)
                    .join('')}
                  className={classes.front}
                />
              )}
              <g>
                <title>{`Original: ${bytesText(original)}`}</title>
                <rect x={across(original) - 5} y={down(0) - 5} width={10} height={10} className={classes.original} />
                <text x={across(original)} y={down(0) + 20} textAnchor="end" className={classes.quiet}>
                  original
                </text>
              </g>
              {points.map(({ label, size, gain, text, isOnFront }, place) => (
                <g key={place} className={classes.point} data-front={isOnFront || undefined}>
                  <title>{`${visibleText(label)}: ${bytesText(size)}, ${text}`}</title>
                  <circle cx={across(size)} cy={down(gain.value)} r={14} className={classes.target} />
                  {gain.high > gain.low && (
                    <path
                      d={`M${across(size)} ${down(gain.low)}V${down(gain.high)}m-4 0h8M${across(size) - 4} ${down(gain.low)}h8`}
                      className={classes.interval}
                    />
                  )}
                  <circle cx={across(size)} cy={down(gain.value)} r={6} className={classes.dot} />
                  <text x={across(size) + 10} y={down(gain.value) - 6}>
                    {isBeyond(gain.value) ? `${place + 1} ↓ worse than this` : String(place + 1)}
                  </text>
                </g>
              ))}
            </>
          );
        }}
      </Picture>
    </Chart>
  );
}
