import { useEffect, type ReactNode } from 'react';
import { visibleText } from '../text/visible.ts';
import classes from './Screen.module.css';

const programName = 'Featherweight';

interface ScreenProps {
  readonly title: string;
  /** A path, shown in full. */
  readonly path?: string | undefined;
  readonly mark?: ReactNode;
  readonly children: ReactNode;
}

/** One header line with name, path and kind, and groups of content under it. Names the page, too, so that tabs are told apart. */
export function Screen({ title, path, mark, children }: ScreenProps) {
  useEffect(() => {
    document.title = `${visibleText(title)} · ${programName}`;
    return () => {
      document.title = programName;
    };
  }, [title]);
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
