import { bytesText } from '../../text/amounts.ts';
import classes from './SizeBars.module.css';

/** The picture of the result: the original and what is left of it, to one scale. */
export function SizeBars({ before, after }: { readonly before: number; readonly after: number }) {
  const most = Math.max(before, after, 1);
  return (
    <div className={classes.bars}>
      {[
        { name: 'Original', value: before, tone: classes.before },
        { name: 'Archive', value: after, tone: classes.after },
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
