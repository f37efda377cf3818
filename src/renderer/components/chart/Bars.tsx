import classes from './Bars.module.css';
import { Picture } from './Picture.tsx';

export interface BarRow {
  readonly label: string;
  /** Undefined where it was not measured. */
  readonly value: number | undefined;
  readonly color: string;
}

interface BarsProps {
  readonly title: string;
  readonly description: string;
  readonly rows: readonly BarRow[];
  readonly text: (value: number) => string;
  /** A line through all bars, with its name. */
  readonly line?: { readonly value: number; readonly label: string };
}

const rowHeight = 38;

/** Bars from zero, one under the other, each with its name above and its number behind. */
export function Bars({ title, description, rows, text, line }: BarsProps) {
  const most = Math.max(...rows.map(({ value = 0 }) => value), line?.value ?? 0) || 1;
  const height = rows.length * rowHeight + 20;
  return (
    <Picture title={title} description={description} height={height}>
      {(width) => {
        const scale = Math.max(10, width - 96) / most;
        return (
          <>
            {rows.map(({ label, value, color }, row) => (
              <g key={row} transform={`translate(0 ${row * rowHeight})`}>
                <title>{`${label}: ${value === undefined ? 'not measured' : text(value)}`}</title>
                <text y={12}>{label}</text>
                {value !== undefined && (
                  <rect
                    y={17}
                    width={Math.max(1, value * scale)}
                    height={13}
                    className={classes.bar}
                    style={{ fill: color }}
                  />
                )}
                <text x={value === undefined ? 0 : value * scale + 8} y={28} className={classes.value}>
                  {value === undefined ? 'not measured' : text(value)}
                </text>
              </g>
            ))}
            {line !== undefined && (
              <>
                <path d={`M${(line.value * scale).toFixed(1)} 14V${height - 18}`} className={classes.line} />
                <text
                  x={line.value * scale}
                  y={height - 5}
                  textAnchor={line.value * scale > width - 120 ? 'end' : 'start'}
                  className={classes.value}
                >
                  {line.label}
                </text>
              </>
            )}
          </>
        );
      }}
    </Picture>
  );
}
