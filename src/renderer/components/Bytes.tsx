import { bytesText, exactBytesText } from '../text/amounts.ts';
import classes from './figures.module.css';

/** A size in three digits, with the exact one on hover. */
export function Bytes({ value }: { readonly value: number }) {
  return (
    <span className={classes.number} title={exactBytesText(value)}>
      {bytesText(value)}
    </span>
  );
}
