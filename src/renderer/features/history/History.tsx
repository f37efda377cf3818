import { Button, TextInput } from '@mantine/core';
import { useDeferredValue, useRef, useState } from 'react';
import { Link } from 'wouter';
import type { Run } from '../../../contract/jobs.ts';
import { useShortcut } from '../../app/use-shortcut.ts';
import { Actions } from '../../components/Actions.tsx';
import { saveText } from '../../components/chart/save.ts';
import { Failure } from '../../components/Failure.tsx';
import { Screen } from '../../components/Screen.tsx';
import { useSample } from '../../host/models.ts';
import { useRuns } from '../../host/runs.ts';
import { countedText } from '../../text/amounts.ts';
import { csvText } from '../../text/csv.ts';
import classes from './History.module.css';
import { historyFinding } from './history-finding.ts';
import { RunTable } from './RunTable.tsx';

const runsAtATime = 100;

/** All that was finished, newest first; each row reopens its result. */
export function History() {
  const [search, setSearch] = useState('');
  const [limit, setLimit] = useState(runsAtATime);
  const wanted = useDeferredValue(search);
  const { data, error } = useRuns({ search: wanted, limit });
  const sample = useSample();
  const field = useRef<HTMLInputElement>(null);
  useShortcut('filter', () => field.current?.focus());
  const runs = data?.runs ?? [];
  const save = () => saveText('history.csv', 'text/csv', historyCsv(runs));
  useShortcut('export', runs.length > 0 ? save : undefined);
  const isEmpty = data?.total === 0 && wanted === '';
  return (
    <Screen title="History">
      {error && <Failure error={error} />}
      {isEmpty && (
        <>
          <p>What you compress, restore or verify will stand here, and each line leads back to its result.</p>
          <Actions>
            <Button loading={sample.isPending} onClick={() => sample.mutate()}>
              Try the sample
            </Button>
          </Actions>
        </>
      )}
      {data !== undefined && !isEmpty && (
        <>
          <p>{historyFinding(runs)}</p>
          <div className={classes.head}>
            <TextInput
              ref={field}
              aria-label="Find results by name or path"
              placeholder="Find by name or path"
              value={search}
              onChange={({ currentTarget }) => setSearch(currentTarget.value)}
            />
            <span role="status" className={classes.quiet}>
              {countedText(data.total, 'result')}
            </span>
            <Button variant="default" onClick={save}>
              Save as CSV
            </Button>
            <Button variant="default" component={Link} href="/compare">
              Compare some
            </Button>
          </div>
          {data.total === 0 && <p>No result has that in its name or path.</p>}
          {runs.length > 0 && <RunTable runs={runs} />}
          {runs.length < data.total && (
            <Actions>
              <Button variant="default" onClick={() => setLimit(Math.min(1000, limit + runsAtATime))}>
                Show more
              </Button>
            </Actions>
          )}
        </>
      )}
    </Screen>
  );
}

function historyCsv(runs: readonly Run[]): string {
  const columns = ['Finished', 'Command', 'Name', 'Input', 'Output', 'Bytes in', 'Bytes out', 'Seconds', 'sha256'];
  return csvText([
    columns,
    ...runs.map(({ finished, command, name, receipt: { input, output = '', bytesIn, bytesOut, seconds, sha256 } }) => [
      new Date(finished).toISOString(),
      ...[command, name, input, output, bytesIn, bytesOut, seconds, sha256],
    ]),
  ]);
}
