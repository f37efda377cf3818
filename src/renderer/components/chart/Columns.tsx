import classes from './Columns.module.css';
import { Picture } from './Picture.tsx';

interface ColumnsProps {
  readonly title: string;
  readonly description: string;
  readonly height: number;
  readonly values: readonly number[];
  readonly tell: (index: number) => string;
  /** What stands at the ends of the axis. */
  readonly from: string;
  readonly to: string;
}

const axisHeight = 18;

/** A histogram: columns from zero to the largest, and the two ends of what they stand on. */
export function Columns({ title, description, height, values, tell, from, to }: ColumnsProps) {
  const most = Math.max(...values, 1);
  const room = height - axisHeight;
  return (
    <Picture title={title} description={description} height={height}>
      {(width) => {
        const step = width / Math.max(1, values.length);
        return (
          <>
            {values.map((value, index) => (
              <rect
                key={index}
                x={index * step}
                y={room - (value / most) * (room - 2)}
                width={Math.max(0.5, step - (step > 3 ? 1 : 0))}
                height={(value / most) * (room - 2)}
                className={classes.column}
              >
                <title>{tell(index)}</title>
              </rect>
            ))}
            <path d={`M0 ${room + 0.5}H${width}`} className={classes.axis} />
            <text y={height - 4} className={classes.end}>
              {from}
            </text>
            <text x={width} y={height - 4} textAnchor="end" className={classes.end}>
              {to}
            </text>
          </>
        );
      }}
    </Picture>
  );
}
