import { Picture } from './Picture.tsx';
import classes from './SignedBars.module.css';

export interface SignedRow {
  readonly label: string;
  /** Undefined where it is not known. */
  readonly value: number | undefined;
  readonly interval: { readonly low: number; readonly high: number } | undefined;
  /** Drawn faintly, because it may be nothing. */
  readonly isWeak: boolean;
  /** The value in words. */
  readonly text: string;
}

interface SignedBarsProps {
  readonly title: string;
  readonly description: string;
  /** What lies on either side of zero. */
  readonly sides: readonly [string, string];
  readonly rows: readonly SignedRow[];
}

const top = 22;
const edge = 8;
/** In a wide picture names stand before bars and numbers behind them; in a narrow one, above. */
const [leastWide, nameWidth, textWidth] = [720, 290, 210];
const [wideRow, narrowRow] = [28, 56];

/** Bars to both sides of zero with their intervals, one under the other, each with its name and its number. */
export function SignedBars({ title, description, sides, rows }: SignedBarsProps) {
  const ends = rows.flatMap(({ value = 0, interval }) => [0, value, interval?.low ?? 0, interval?.high ?? 0]);
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  const rowHeight = (width: number) => (width < leastWide ? narrowRow : wideRow);
  return (
    <Picture title={title} description={description} height={(width) => top + rows.length * rowHeight(width)}>
      {(width) => {
        const isWide = width >= leastWide;
        const [left, right] = isWide ? [nameWidth, width - textWidth] : [edge, width - edge];
        const barTop = isWide ? 5 : 34;
        const x = (value: number) => left + ((value - least) / (most - least || 1)) * (right - left);
        return (
          <>
            <text x={left} y={12} className={classes.value}>
              {`← ${sides[0]}`}
            </text>
            <text x={right} y={12} textAnchor="end" className={classes.value}>
              {`${sides[1]} →`}
            </text>
            {rows.map(({ label, value, interval, isWeak, text }, row) => (
              <g key={row} transform={`translate(0 ${top + row * rowHeight(width)})`}>
                <title>{`${label}: ${text}`}</title>
                <text x={edge} y={isWide ? 16 : 12}>
                  {label}
                </text>
                <text
                  x={isWide ? width - edge : edge}
                  y={isWide ? 16 : 28}
                  textAnchor={isWide ? 'end' : 'start'}
                  className={classes.value}
                >
                  {text}
                </text>
                <path d={`M${x(0)} ${barTop - 3}v19`} className={classes.zero} />
                {value !== undefined && (
                  <rect
                    x={Math.min(x(0), x(value))}
                    y={barTop}
                    width={Math.max(1, Math.abs(x(value) - x(0)))}
                    height={13}
                    className={classes.bar}
                    data-weak={isWeak}
                  />
                )}
                {interval !== undefined && interval.high > interval.low && (
                  <path
                    d={`M${x(interval.low)} ${barTop + 2}v9m0 -4.5H${x(interval.high)}m0 -4.5v9`}
                    className={classes.interval}
                  />
                )}
              </g>
            ))}
          </>
        );
      }}
    </Picture>
  );
}
