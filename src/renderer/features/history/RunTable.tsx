import { Link } from 'wouter';
import type { Run } from '../../../contract/jobs.ts';
import { BeforeAfter } from '../../components/BeforeAfter.tsx';
import { bytesText, changeText, durationText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import { runWords } from './run-words.ts';
import classes from './RunTable.module.css';

const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'full' });
const time = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });

/** Finished jobs as a timeline: days as headings, one row for each job. */
export function RunTable({ runs }: { readonly runs: readonly Run[] }) {
  const days = Map.groupBy(runs, ({ finished }) => day.format(finished));
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label="Results">
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Name</th>
            <th scope="col">Done</th>
            <th scope="col">Before and after</th>
            <th scope="col" className={classes.number}>
              Change
            </th>
            <th scope="col" className={classes.number}>
              Took
            </th>
          </tr>
        </thead>
        {[...days].map(([name, members]) => (
          <tbody key={name}>
            <tr>
              <th scope="rowgroup" colSpan={6} className={classes.day}>
                {name}
              </th>
            </tr>
            {members.map((run) => (
              <Row key={run.id} run={run} />
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}

function Row({ run: { id, command, name, finished, receipt } }: { readonly run: Run }) {
  const { bytesIn, bytesOut, seconds, output, input } = receipt;
  const isCompress = command === 'compress';
  return (
    <tr>
      <td>{time.format(finished)}</td>
      <td className={classes.name} title={visibleText(output ?? input)}>
        <Link href={`/run/${id}`}>{visibleText(name)}</Link>
      </td>
      <td>{runWords(command)}</td>
      <td>
        <span className={classes.sizes}>
          {isCompress && <BeforeAfter before={bytesIn} after={bytesOut} />}
          <span>
            {isCompress
              ? `${bytesText(bytesIn)} → ${bytesText(bytesOut)}`
              : bytesText(command === 'restore' ? bytesOut : bytesIn)}
          </span>
        </span>
      </td>
      <td className={classes.number}>{isCompress ? changeText(bytesIn, bytesOut) : ''}</td>
      <td className={classes.number}>{durationText(seconds)}</td>
    </tr>
  );
}
