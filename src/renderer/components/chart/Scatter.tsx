import classes from './Scatter.module.css';
import { Picture } from './Picture.tsx';
import { ticks, type Scale, linear, logarithmic } from './scale.ts';

export interface ScatterPoint {
  readonly x: number;
  readonly y: number;
  /** Points of one series have one colour and one shape, and a line through them. */
  readonly series: number;
  /** All there is to say of it, on hover. */
  readonly tell: string;
  /** Drawn hollow: another point is better in both. */
  readonly isDominated: boolean;
  readonly isChosen?: boolean;
}

interface ScatterProps {
  readonly title: string;
  readonly description: string;
  readonly points: readonly ScatterPoint[];
  readonly x: { readonly label: string; readonly text: (value: number) => string };
  readonly y: { readonly label: string; readonly text: (value: number) => string; readonly isLogarithmic?: boolean };
  readonly color: (series: number) => string;
  /** Whether the points of a series are joined, in the order in which they are given. */
  readonly isJoined?: boolean;
  readonly onChoose?: (point: number) => void;
}

const [height, left, bottom, top, right] = [300, 56, 40, 12, 16];

/** Points in a plane whose series differ by colour and by shape. What can be chosen here must have another way by keyboard. */
export function Scatter({ title, description, points, x, y, color, isJoined, onChoose }: ScatterProps) {
  const series = [...new Set(points.map((point) => point.series))];
  return (
    <Picture title={title} description={description} height={height}>
      {(width) => {
        const across = linear(
          points.map((point) => point.x),
          left,
          width - right,
        );
        const up = (y.isLogarithmic ? logarithmic : linear)(
          points.map((point) => point.y),
          height - bottom,
          top,
        );
        return (
          <>
            <Axes across={across} up={up} width={width} x={x} y={y} />
            {isJoined === true &&
              series.map((one) => (
                <path
                  key={one}
                  d={lineThrough(
                    points.filter((point) => point.series === one),
                    across,
                    up,
                  )}
                  className={classes.line}
                  style={{ stroke: color(one) }}
                />
              ))}
            {points.map((point, place) => (
              <g
                key={place}
                transform={`translate(${across.at(point.x).toFixed(1)} ${up.at(point.y).toFixed(1)})`}
                className={onChoose === undefined ? undefined : classes.choice}
                onClick={() => onChoose?.(place)}
              >
                <title>{point.tell}</title>
                <circle r={12} className={classes.target} />
                {point.isChosen === true && <circle r={9} className={classes.chosen} />}
                <path
                  d={shapes[point.series % shapes.length]}
                  className={classes.point}
                  style={{ stroke: color(point.series), ...(point.isDominated ? {} : { fill: color(point.series) }) }}
                />
              </g>
            ))}
          </>
        );
      }}
    </Picture>
  );
}

/** Circle, square, diamond, triangles up and down, cross, plus; told apart without their colours. */
export const shapes = [
  'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z',
  'M-3.5 -3.5h7v7h-7z',
  'M0 -5L5 0L0 5L-5 0z',
  'M0 -4.5L4.5 3.5H-4.5z',
  'M0 4.5L4.5 -3.5H-4.5z',
  'M-4 -4L4 4M-4 4L4 -4',
  'M0 -5V5M-5 0H5',
] as const;

function lineThrough(points: readonly ScatterPoint[], across: Scale, up: Scale): string {
  return points
    .map(({ x, y }, place) => `${place === 0 ? 'M' : 'L'}${across.at(x).toFixed(1)} ${up.at(y).toFixed(1)}`)
    .join('');
}

interface AxesProps extends Pick<ScatterProps, 'x' | 'y'> {
  readonly across: Scale;
  readonly up: Scale;
  readonly width: number;
}

function Axes({ across, up, width, x, y }: AxesProps) {
  const floor = height - bottom;
  return (
    <>
      {ticks(up).map((value) => (
        <g key={value} transform={`translate(0 ${up.at(value).toFixed(1)})`}>
          <path d={`M${left} 0H${width - right}`} className={classes.grid} />
          <text x={left - 6} y={4} textAnchor="end" className={classes.tick}>
            {y.text(value)}
          </text>
        </g>
      ))}
      {ticks(across).map((value) => (
        <text key={value} x={across.at(value)} y={floor + 15} textAnchor="middle" className={classes.tick}>
          {x.text(value)}
        </text>
      ))}
      <path d={`M${left} ${floor + 0.5}H${width - right}`} className={classes.axis} />
      <text x={width - right} y={height - 6} textAnchor="end" className={classes.name}>
        {x.label}
      </text>
      <text x={4} y={height - 6} className={classes.name}>
        {`↑ ${y.label}`}
      </text>
    </>
  );
}
