import { Link } from 'wouter';
import type { Run } from '../../../contract/jobs.ts';
import { Approximate } from '../../components/Approximate.tsx';
import { BeforeAfter } from '../../components/BeforeAfter.tsx';
import { TimelineTable, type TimelineRow } from '../../components/TimelineTable.tsx';
import { bytesText, changeText, durationText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import classes from './RunTable.module.css';
import { runWords } from './run-words.ts';

/** Finished jobs as a timeline. */
export function RunTable({ runs }: { readonly runs: readonly Run[] }) {
  return (
    <TimelineTable
      label="Results"
      columns={['Time', 'Name', 'Done', 'Before and after', 'Change', 'Took']}
      numbers={2}
      rows={runs.map(toRow)}
    />
  );
}

function toRow({ id, command, name, finished, receipt }: Run): TimelineRow {
  const { bytesIn, bytesOut, seconds, output, input, approximation } = receipt;
  const isCompress = command === 'compress';
  const change = `${approximation === undefined ? '' : '~ '}${changeText(bytesIn, bytesOut)}`;
  return {
    ...{ id, finished, hint: visibleText(output ?? input) },
    cells: [
      <Link key="result" href={`/run/${id}`}>
        {visibleText(name)}
      </Link>,
      approximation === undefined ? runWords(command) : <Approximate key="kind" />,
      <span key="sizes" className={classes.sizes}>
        {isCompress && <BeforeAfter before={bytesIn} after={bytesOut} />}
        <span>
          {isCompress
            ? `${bytesText(bytesIn)} → ${bytesText(bytesOut)}`
            : bytesText(command === 'restore' ? bytesOut : bytesIn)}
        </span>
      </span>,
      isCompress ? change : '',
      durationText(seconds),
    ],
  };
}
