import { useQuery } from '@tanstack/react-query';
import type { BatchRowView } from '../../../contract/zoo.ts';
import { Failure } from '../../components/Failure.tsx';
import { VirtualTable, type Column } from '../../components/virtual-table/VirtualTable.tsx';
import { useConnection } from '../../host/connection.tsx';
import { useOpenModel } from '../../host/models.ts';
import { usePages } from '../../host/use-pages.ts';
import { bytesText, changeText, countText, durationText, exactBytesText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
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
];

/** What became of the zoo: what needs attention first, then every model. */
export function ZooReport() {
  const { host } = useConnection();
  const open = useOpenModel();
  const head = useQuery({
    queryKey: ['zoo', 'report'],
    queryFn: () => host.call('zoo.report', { limit: 1 }),
    gcTime: 0,
  });
  const pages = usePages(['zoo', 'report', 'rows', head.dataUpdatedAt], async (offset, limit) => {
    const { rows, total } = await host.call('zoo.report', { offset, limit });
    return { rows, total };
  });
  // A run that was stopped has no report.
  if (head.error !== null) return head.error.message.startsWith('No zoo') ? null : <Failure error={head.error} />;
  if (head.data === undefined) return null;
  const { bytesIn, bytesOut, seconds, needsAttention, output, states } = head.data;
  return (
    <section aria-label="Report">
      <h2>What became of it</h2>
      <p>{`${planWords(bytesIn, bytesOut)}, in ${durationText(seconds)}. Archives are in ${visibleText(output)}.`}</p>
      <p>
        {Object.entries(states)
          .filter(([, count]) => count > 0)
          .map(([state, count]) => `${stateWords[state as BatchRowView['state']]}: ${countText(count)}`)
          .join(' · ')}
      </p>
      {needsAttention.length > 0 && (
        <section>
          <h2>Needs attention</h2>
          <ul>
            {needsAttention.map(({ id, note, reason }) => (
              <li key={id}>{`${visibleText(id)}: ${visibleText(note ?? reason)}`}</li>
            ))}
          </ul>
        </section>
      )}
      {pages.total > 0 && (
        <VirtualTable
          label="What became of each model"
          columns={columns}
          total={pages.total}
          rowAt={pages.rowAt}
          onRange={pages.onRange}
          onSelect={({ archive, path }) => open(archive ?? path)}
        />
      )}
    </section>
  );
}
