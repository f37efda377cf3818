import type { ReactNode } from 'react';
import classes from './Actions.module.css';

/** Buttons in one row that wraps. */
export function Actions({ children }: { readonly children: ReactNode }) {
  return <div className={classes.row}>{children}</div>;
}
