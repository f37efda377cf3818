import { Button, Tabs, TextInput } from '@mantine/core';
import { useDeferredValue, useRef, useState } from 'react';
import { Link } from 'wouter';
import type { Run } from '../../../contract/jobs.ts';
import { useShortcut } from '../../app/use-shortcut.ts';
import { Actions } from '../../components/Actions.tsx';
import { saveText } from '../../components/chart/save.ts';
import { Failure } from '../../components/Failure.tsx';
import { NotRemembered } from '../../components/NotRemembered.tsx';
import { Screen } from '../../components/Screen.tsx';
import { useSample } from '../../host/models.ts';
import { useAllRuns, useRuns } from '../../host/runs.ts';
import { countedText } from '../../text/amounts.ts';
import { csvText } from '../../text/csv.ts';
import classes from './History.module.css';
import { ExportList } from './ExportList.tsx';
import { historyFinding } from './history-finding.ts';
import { MeasuredList } from './MeasuredList.tsx';
import { RunTable } from './RunTable.tsx';

const runsAtATime = 100;
const mostRuns = 1000;

/** All that was finished, newest first; each row reopens its result. */
export function History() {
  const [search, setSearch] = useState('');
  const [limit, setLimit] = useState(runsAtATime);
  const wanted = useDeferredValue(search);
  const { data, error } = useRuns({ search: wanted, limit });
  const field = useRef<HTMLInputElement>(null);
  useShortcut('filter', () => field.current?.focus());
  const runs = data?.runs ?? [];
  const all = useAllRuns();
  const save = () =>
    all.mutate(wanted, { onSuccess: (found) => saveText('history.csv', 'text/csv', historyCsv(found)) });
  useShortcut('export', runs.length > 0 ? save : undefined);
  return (
    <Screen title="History">
      <NotRemembered />
      {error && <Failure error={error} />}
      {all.error && <Failure error={all.error} />}
      <TextInput
        ref={field}
        className={classes.search}
        aria-label="Find results by name or path"
        placeholder="Find by name or path"
        value={search}
        onChange={({ currentTarget }) => setSearch(currentTarget.value)}
      />
      <Tabs defaultValue="results" keepMounted={false}>
        <Tabs.List aria-label="What was done">
          <Tabs.Tab value="results">Results</Tabs.Tab>
          <Tabs.Tab value="exports">Exports</Tabs.Tab>
          <Tabs.Tab value="measured">Accuracy</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="results" className={classes.panel}>
          {data !== undefined && (
            <Results
              runs={runs}
              total={data.total}
              isFiltered={wanted !== ''}
              onSave={save}
              onMore={() => setLimit(Math.min(mostRuns, limit + runsAtATime))}
            />
          )}
        </Tabs.Panel>
        <Tabs.Panel value="exports" className={classes.panel}>
          <ExportList search={wanted} />
        </Tabs.Panel>
        <Tabs.Panel value="measured" className={classes.panel}>
          <MeasuredList search={wanted} />
        </Tabs.Panel>
      </Tabs>
    </Screen>
  );
}

interface ResultsProps {
  readonly runs: readonly Run[];
  readonly total: number;
  readonly isFiltered: boolean;
  readonly onSave: () => void;
  readonly onMore: () => void;
}

function Results({ runs, total, isFiltered, onSave, onMore }: ResultsProps) {
  const sample = useSample();
  if (total === 0 && !isFiltered)
    return (
      <>
        <p>What you compress, restore or verify will stand here, and each line leads back to its result.</p>
        <Actions>
          <Button loading={sample.isPending} onClick={() => sample.mutate()}>
            Try the sample
          </Button>
        </Actions>
      </>
    );
  return (
    <>
      <p>{historyFinding(runs, total)}</p>
      <Actions>
        <span role="status" className={classes.quiet}>
          {countedText(total, 'result')}
        </span>
        <Button variant="default" onClick={onSave}>
          Save as CSV
        </Button>
        <Button variant="default" component={Link} href="/compare">
          Compare some
        </Button>
      </Actions>
      {total === 0 && <p>No result has that in its name or path.</p>}
      {runs.length > 0 && <RunTable runs={runs} />}
      {runs.length < total && runs.length === mostRuns && (
        <p>{`The newest ${countedText(mostRuns, 'result')} are shown. Older ones are found by their name.`}</p>
      )}
      {runs.length < Math.min(total, mostRuns) && (
        <Actions>
          <Button variant="default" onClick={onMore}>
            Show more
          </Button>
        </Actions>
      )}
    </>
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
