import { Picture } from './Picture.tsx';
import classes from './Waterfall.module.css';
import { waterfallBars, type Step } from './waterfall-bars.ts';

interface WaterfallProps {
  readonly title: string;
  readonly description: string;
  readonly steps: readonly Step[];
  readonly amount: (value: number, isTotal: boolean) => string;
}

const rowHeight = 30;
const barHeight = 18;

/** From a first total over what each step adds or takes to a last one; one row each, so that words have room. */
export function Waterfall({ title, description, steps, amount }: WaterfallProps) {
  const { bars, least, most } = waterfallBars(steps);
  return (
    <Picture title={title} description={description} height={steps.length * rowHeight}>
      {(width) => {
        const isNarrow = width < 520;
        const left = isNarrow ? 0 : 190;
        const right = 84;
        const x = (value: number) =>
          left + ((value - least) / (most - least || 1)) * Math.max(10, width - left - right);
        return bars.map(({ label, kind, from, to, value }, row) => {
          const top = row * rowHeight;
          const [low, high] = [Math.min(from, to), Math.max(from, to)];
          const next = bars[row + 1];
          return (
            <g key={label}>
              <title>{`${label}: ${amount(value, kind === 'total')}`}</title>
              {next !== undefined && (
                <path d={`M${x(to)} ${top + 4}V${top + rowHeight + 4 + barHeight}`} className={classes.link} />
              )}
              <rect
                x={x(low)}
                y={top + 4}
                width={Math.max(1.5, x(high) - x(low))}
                height={barHeight}
                className={classes[kind]}
              />
              <text x={isNarrow ? 4 : 0} y={top + 17} className={classes.label}>
                {label}
              </text>
              <text x={width} y={top + 17} textAnchor="end" className={classes.amount}>
                {amount(value, kind === 'total')}
              </text>
            </g>
          );
        });
      }}
    </Picture>
  );
}
