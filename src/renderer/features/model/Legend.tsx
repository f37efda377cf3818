import type { ReactNode } from 'react';
import { visibleText } from '../../text/visible.ts';
import classes from './Legend.module.css';

interface LegendProps {
  readonly title: string;
  readonly entries: readonly { readonly color: string; readonly words: string }[];
  readonly children?: ReactNode;
}

/** What the colours of a picture mean. */
export function Legend({ title, entries, children }: LegendProps) {
  return (
    <p className={classes.legend}>
      <span>{title}:</span>
      {entries.map(({ color, words }) => (
        <span key={words} className={classes.entry}>
          <svg width="12" height="12" aria-hidden>
            <rect width="12" height="12" rx="2" style={{ fill: color }} />
          </svg>
          {visibleText(words)}
        </span>
      ))}
      {children}
    </p>
  );
}
