import { Link } from 'wouter';
import type { Run } from '../../../contract/jobs.ts';
import { Approximate } from '../../components/Approximate.tsx';
import { BeforeAfter } from '../../components/BeforeAfter.tsx';
import { bytesText, changeText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import { runWords } from './run-words.ts';
import classes from './RunList.module.css';

const when = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** Finished jobs, one line each; a line leads back to its result. */
export function RunList({ runs }: { readonly runs: readonly Run[] }) {
  return (
    <ul className={classes.list}>
      {runs.map(({ id, command, name, finished, receipt, receipt: { bytesIn, bytesOut } }) => (
        <li key={id} className={classes.run}>
          <Link href={`/run/${id}`} className={classes.name}>
            {visibleText(name)}
          </Link>
          <span className={classes.quiet}>
            {receipt.approximation === undefined ? runWords(command) : <Approximate />} · {when.format(finished)}
          </span>
          {command === 'compress' ? (
            <span className={classes.sizes}>
              <BeforeAfter before={bytesIn} after={bytesOut} />
              <span>{`${bytesText(bytesIn)} → ${bytesText(bytesOut)} · ${changeText(bytesIn, bytesOut)}`}</span>
            </span>
          ) : (
            <span className={classes.sizes}>{bytesText(command === 'restore' ? bytesOut : bytesIn)}</span>
          )}
        </li>
      ))}
    </ul>
  );
}
