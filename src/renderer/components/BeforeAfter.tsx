import { bytesText, changeText } from '../text/amounts.ts';
import classes from './figures.module.css';

/** Two thin bars, the size before and what is left of it, to one scale. */
export function BeforeAfter({ before, after }: { readonly before: number; readonly after: number }) {
  const most = Math.max(before, after, 1);
  return (
    <span
      className={classes.bars}
      role="img"
      aria-label={`${bytesText(before)} became ${bytesText(after)}, ${changeText(before, after)}`}
    >
      {[before, after].map((value, index) => (
        <svg key={index} className={classes.bar} viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden>
          <rect width={(value / most) * 100} height="1" className={index === 1 ? classes.left : undefined} />
        </svg>
      ))}
    </span>
  );
}
