import { IconLock } from './icons.ts';
import classes from './Exact.module.css';

/** The mark of the exact kind: glyph and word, never colour alone. */
export function Exact() {
  return (
    <span className={classes.mark}>
      <IconLock size={14} stroke={2} aria-hidden />
      Exact
    </span>
  );
}
