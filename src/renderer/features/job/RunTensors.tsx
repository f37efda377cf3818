import type { RunTensor } from '../../../contract/runs.ts';
import { Failure } from '../../components/Failure.tsx';
import { VirtualTable, type Column } from '../../components/virtual-table/VirtualTable.tsx';
import { useConnection } from '../../host/connection.tsx';
import { usePages } from '../../host/use-pages.ts';
import { bytesText, changeText, exactBytesText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';

const columns: readonly Column<RunTensor>[] = [
  {
    title: 'Name',
    width: 'minmax(0, 3fr)',
    cell: ({ name }) => visibleText(name),
    hint: ({ name }) => visibleText(name),
  },
  { title: 'Type', width: '56px', isMinor: true, cell: ({ dtype }) => visibleText(dtype) },
  {
    title: 'Codec',
    width: 'minmax(0, 2fr)',
    isMinor: true,
    cell: (tensor) => codecWords(tensor),
    hint: (tensor) => codecWords(tensor),
  },
  {
    title: 'Before',
    width: '68px',
    isNumber: true,
    cell: ({ bytesIn }) => bytesText(bytesIn),
    hint: ({ bytesIn }) => exactBytesText(bytesIn),
  },
  {
    title: 'After',
    width: '68px',
    isNumber: true,
    cell: ({ bytesOut }) => bytesText(bytesOut),
    hint: ({ bytesOut }) => exactBytesText(bytesOut),
  },
  { title: 'Change', width: '68px', isNumber: true, cell: ({ bytesIn, bytesOut }) => changeText(bytesIn, bytesOut) },
];

/** What became of each tensor. */
export function RunTensors({ id }: { readonly id: string }) {
  const { host } = useConnection();
  const pages = usePages(['run tensors', id], async (offset, limit) => {
    const { tensors, total } = await host.call('runs.tensors', { id, offset, limit });
    return { rows: tensors, total };
  });
  if (pages.error !== null) return <Failure error={pages.error} />;
  if (pages.total === 0) return null;
  return (
    <section>
      <h2>What became of each tensor</h2>
      <VirtualTable
        label="Tensors of the result"
        columns={columns}
        total={pages.total}
        rowAt={pages.rowAt}
        onRange={pages.onRange}
      />
    </section>
  );
}

function codecWords({ codec, equalTo }: RunTensor): string {
  return visibleText(equalTo === undefined ? codec : `the same as ${equalTo}`);
}
