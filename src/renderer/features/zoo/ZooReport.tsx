import { NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { batchState, type BatchRowView } from '../../../contract/zoo.ts';
import { Actions } from '../../components/Actions.tsx';
import { saveText } from '../../components/chart/save.ts';
import { Failure } from '../../components/Failure.tsx';
import { LinkButton } from '../../components/LinkButton.tsx';
import { VirtualTable, type Column } from '../../components/virtual-table/VirtualTable.tsx';
import { useConnection } from '../../host/connection.tsx';
import { useOpenModel } from '../../host/models.ts';
import { useReportRows, useZooDownload } from '../../host/zoo.ts';
import { bytesText, changeText, countText, durationText, exactBytesText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import { NeedsAttention } from './NeedsAttention.tsx';
import classes from './Zoo.module.css';
import { planWords, stateWords } from './zoo-words.ts';

const columns: readonly Column<BatchRowView>[] = [
  { title: 'Model', width: 'minmax(0, 3fr)', cell: ({ id }) => visibleText(id), hint: ({ id }) => visibleText(id) },
  { title: 'Became', width: '116px', cell: ({ state }) => stateWords[state] },
  {
    title: 'Why',
    width: 'minmax(0, 4fr)',
    isMinor: true,
    cell: ({ note, reason }) => visibleText(note ?? reason),
    hint: ({ note, reason }) => visibleText(note ?? reason),
  },
  {
    title: 'Before',
    width: '72px',
    isNumber: true,
    isMinor: true,
    cell: ({ bytesIn }) => bytesText(bytesIn),
    hint: ({ bytesIn }) => exactBytesText(bytesIn),
  },
  {
    title: 'After',
    width: '72px',
    isNumber: true,
    cell: ({ bytesOut }) => bytesText(bytesOut),
    hint: ({ bytesOut }) => exactBytesText(bytesOut),
  },
  {
    title: 'Change',
    width: '68px',
    isNumber: true,
    isMinor: true,
    cell: ({ bytesIn, bytesOut }) => changeText(bytesIn, bytesOut),
  },
  { title: 'Time', width: '64px', isNumber: true, isMinor: true, cell: ({ seconds }) => durationText(seconds) },
];

const formats = ['html', 'csv', 'json'] as const;

interface ZooReportProps {
  /** Changes when the report does. */
  readonly done: number;
  readonly isBusy: boolean;
}

/** What became of the zoo, or of as much as is done: what needs attention first, then every model. */
export function ZooReport({ done, isBusy }: ZooReportProps) {
  const { host } = useConnection();
  const open = useOpenModel();
  const download = useZooDownload();
  const [search, setSearch] = useState('');
  const [state, setState] = useState('');
  const wanted = useDeferredValue(search);
  const head = useQuery({
    queryKey: ['zoo', 'report', done],
    queryFn: () => host.call('zoo.report', { limit: 1 }),
    placeholderData: (before) => before,
    gcTime: 0,
  });
  const known = batchState.safeParse(state);
  const pages = useReportRows(done, { search: wanted, ...(known.success && { state: known.data }) });
  // Nothing has been run yet.
  if (head.error !== null) return head.error.message.startsWith('No zoo') ? null : <Failure error={head.error} />;
  if (head.data === undefined || head.data.models === 0) return null;
  const { bytesIn, bytesOut, seconds, output, states } = head.data;
  return (
    <section aria-label="Report">
      <h2>What became of it</h2>
      <p>{`${planWords(bytesIn, bytesOut)}, in ${durationText(seconds)}. Archives are in ${visibleText(output)}.`}</p>
      <p>
        {Object.entries(states)
          .filter(([, count]) => count > 0)
          .map(([one, count]) => `${stateWords[one as BatchRowView['state']]}: ${countText(count)}`)
          .join(' · ')}
      </p>
      <div className={classes.buttons}>
        {' '}
        <Actions>
          {formats.map((format) => (
            <LinkButton
              key={format}
              label={`Save the report as ${format.toUpperCase()}`}
              onClick={() =>
                download.mutate(format, { onSuccess: ({ name, type, text }) => saveText(name, type, text) })
              }
            >
              {`Save as ${format.toUpperCase()}`}
            </LinkButton>
          ))}
        </Actions>
      </div>
      {download.error && <Failure error={download.error} />}
      <NeedsAttention key={states.failed} total={states.failed} done={done} isBusy={isBusy} />
      <div className={classes.filters}>
        <TextInput
          aria-label="Find models of the report"
          placeholder="Find by name"
          value={search}
          onChange={({ currentTarget }) => setSearch(currentTarget.value)}
        />
        <NativeSelect
          aria-label="Which part of the report"
          value={state}
          data={[
            { value: '', label: 'All' },
            ...Object.entries(stateWords).map(([value, label]) => ({ value, label })),
          ]}
          onChange={({ currentTarget }) => setState(currentTarget.value)}
        />
      </div>
      {pages.isKnown && pages.total === 0 && <p>No model of the report is like that.</p>}
      {pages.total > 0 && (
        <VirtualTable
          label="What became of each model"
          columns={columns}
          total={pages.total}
          rowAt={pages.rowAt}
          onRange={pages.onRange}
          onSelect={({ archive, path }) => open(archive === undefined ? path : `${output}/${archive}`)}
        />
      )}
    </section>
  );
}
