import { bytesText } from '../../text/amounts.ts';
import classes from './SizeBars.module.css';

interface SizeBarsProps {
  readonly before: number;
  readonly after: number;
  /** What the smaller one is called. */
  readonly name?: string;
  readonly isApproximate?: boolean;
}

/** The picture of the result: the original and what is left of it, to one scale. */
export function SizeBars({ before, after, name: written = 'Archive', isApproximate = false }: SizeBarsProps) {
  const most = Math.max(before, after, 1);
  return (
    <div className={classes.bars}>
      {[
        { name: 'Original', value: before, tone: classes.before },
        { name: written, value: after, tone: isApproximate ? classes.approximate : classes.after },
      ].map(({ name, value, tone }) => (
        <div key={name} className={classes.row}>
          <span>{name}</span>
          <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden>
            <rect width={(value / most) * 100} height="1" className={tone} />
          </svg>
          <span className={classes.number}>{bytesText(value)}</span>
        </div>
      ))}
    </div>
  );
}
