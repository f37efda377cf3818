import type { ReactNode } from 'react';
import { visibleText } from '../text/visible.ts';
import classes from './Screen.module.css';

interface ScreenProps {
  readonly title: string;
  /** A path, shown in full. */
  readonly path?: string | undefined;
  readonly mark?: ReactNode;
  readonly children: ReactNode;
}

/** One header line with name, path and kind, and groups of content under it. */
export function Screen({ title, path, mark, children }: ScreenProps) {
  return (
    <div className={classes.screen}>
      <header className={classes.header}>
        <h1>{visibleText(title)}</h1>
        {mark}
        {path !== undefined && <p className={classes.path}>{visibleText(path)}</p>}
      </header>
      {children}
    </div>
  );
}
