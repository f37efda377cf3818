import { IconTilde } from './icons.ts';
import classes from './Approximate.module.css';

/** The mark of the approximate kind: glyph and word, never colour alone. */
export function Approximate() {
  return (
    <span className={classes.mark}>
      <IconTilde size={14} stroke={2} aria-hidden />
      Approximate
    </span>
  );
}
