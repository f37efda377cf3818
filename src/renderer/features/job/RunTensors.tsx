import type { RunTensor } from '../../../contract/runs.ts';
import { Failure } from '../../components/Failure.tsx';
import { afterColumn, beforeColumn, nameColumn } from '../../components/virtual-table/tensor-columns.ts';
import { VirtualTable, type Column } from '../../components/virtual-table/VirtualTable.tsx';
import { useConnection } from '../../host/connection.tsx';
import { usePages } from '../../host/use-pages.ts';
import { changeText, percentText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import { lossFacts } from '../approximate/loss-facts.ts';
import { leaningWords } from './leaning-words.ts';

const columns: readonly Column<RunTensor>[] = [
  nameColumn,
  { title: 'Type', width: '56px', isMinor: true, cell: ({ dtype }) => visibleText(dtype) },
  {
    title: 'Codec',
    width: 'minmax(0, 2fr)',
    isMinor: true,
    cell: (tensor) => codecWords(tensor),
    hint: (tensor) => codecWords(tensor),
  },
  beforeColumn,
  afterColumn,
  { title: 'Change', width: '68px', isNumber: true, cell: ({ bytesIn, bytesOut }) => changeText(bytesIn, bytesOut) },
];

const lossColumns: readonly Column<RunTensor>[] = [
  {
    title: 'Error',
    width: '64px',
    isNumber: true,
    cell: ({ approximation }) =>
      approximation === undefined ? 'exact' : `~ ${percentText(approximation.loss.relativeL2)}`,
    hint: ({ approximation, kept }) =>
      approximation === undefined
        ? visibleText(kept ?? 'Every bit comes back.')
        : lossFacts(approximation.loss)
            .map(([name, value]) => `${name}: ${value}`)
            .join('\n'),
  },
  {
    title: 'SNR',
    width: '60px',
    isNumber: true,
    isMinor: true,
    cell: ({ approximation }) => noiseWords(approximation),
  },
  {
    title: 'Zeros',
    width: '56px',
    isNumber: true,
    isMinor: true,
    cell: ({ approximation }) => (approximation === undefined ? '' : percentText(approximation.loss.zeros)),
  },
];

/** What became of each tensor; of an approximate archive also what that lost. */
export function RunTensors({ id, isApproximate }: { readonly id: string; readonly isApproximate: boolean }) {
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
        columns={isApproximate ? [...columns, ...lossColumns] : columns}
        total={pages.total}
        rowAt={pages.rowAt}
        onRange={pages.onRange}
      />
    </section>
  );
}

function noiseWords(approximation: RunTensor['approximation']): string {
  const { sqnr } = approximation?.loss ?? {};
  return sqnr === undefined ? '' : `${sqnr.toFixed(1)} dB`;
}

function codecWords({ codec, equalTo, leansOn = [], kept }: RunTensor): string {
  if (equalTo !== undefined) return visibleText(`the same as ${equalTo}`);
  const reason = kept === undefined ? '' : `, kept: ${kept}`;
  return visibleText([`${codec}${reason}`, ...leansOn.map(leaningWords)].join('; '));
}
