import type { PlannedModelRow, ZooPlanSummary } from '../../../contract/zoo.ts';
import { Failure } from '../../components/Failure.tsx';
import { VirtualTable, type Column } from '../../components/virtual-table/VirtualTable.tsx';
import { useConnection } from '../../host/connection.tsx';
import { useOpenModel } from '../../host/models.ts';
import { usePages } from '../../host/use-pages.ts';
import { bytesText, changeText, exactBytesText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import { actionWords, planWords } from './zoo-words.ts';

const columns: readonly Column<PlannedModelRow>[] = [
  { title: 'Model', width: 'minmax(0, 3fr)', cell: ({ id }) => visibleText(id), hint: ({ id }) => visibleText(id) },
  { title: 'Plan', width: '116px', cell: ({ action }) => actionWords[action] },
  {
    title: 'Why',
    width: 'minmax(0, 4fr)',
    isMinor: true,
    cell: ({ reason }) => visibleText(reason),
    hint: ({ reason }) => visibleText(reason),
  },
  {
    title: 'Now',
    width: '72px',
    isNumber: true,
    isMinor: true,
    cell: ({ bytesNow }) => bytesText(bytesNow),
    hint: ({ bytesNow }) => exactBytesText(bytesNow),
  },
  {
    title: 'Then',
    width: '72px',
    isNumber: true,
    cell: ({ bytesThen }) => bytesText(bytesThen),
    hint: ({ bytesThen }) => `about ${exactBytesText(bytesThen)}`,
  },
  {
    title: 'Change',
    width: '68px',
    isNumber: true,
    isMinor: true,
    cell: ({ bytesNow, bytesThen }) => changeText(bytesNow, bytesThen),
  },
];

/** What would become of each model, and what room that takes. */
export function PlanTable({ plan, made }: { readonly plan: ZooPlanSummary; readonly made: number }) {
  const { host } = useConnection();
  const open = useOpenModel();
  const pages = usePages(['zoo', 'planned', made], async (offset, limit) => {
    const { models, total } = await host.call('zoo.planned', { offset, limit });
    return { rows: models, total };
  });
  const { drive, bytesNow, bytesThen } = plan;
  return (
    <section>
      <h2>The plan</h2>
      <p>{`About ${planWords(bytesNow, bytesThen)}. Nothing has been changed yet.`}</p>
      <p role={drive.enough ? undefined : 'alert'}>
        {`It takes at most ${bytesText(drive.peak)} more in ${visibleText(drive.folder)}, where ${bytesText(drive.free)} are free${drive.enough ? '.' : ': that is not enough.'}`}
      </p>
      {pages.error && <Failure error={pages.error} />}
      {pages.total > 0 && (
        <VirtualTable
          key={made}
          label="The plan by model"
          columns={columns}
          total={pages.total}
          rowAt={pages.rowAt}
          onRange={pages.onRange}
          onSelect={({ path }) => open(path)}
        />
      )}
    </section>
  );
}
