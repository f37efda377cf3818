import { NativeSelect, TextInput } from '@mantine/core';
import { useDeferredValue, useRef, useState } from 'react';
import type { Input } from '../../../contract/calls.ts';
import type { ExportedTensor } from '../../../contract/exports.ts';
import { useShortcut } from '../../app/use-shortcut.ts';
import { Failure } from '../../components/Failure.tsx';
import { afterColumn, beforeColumn, nameColumn } from '../../components/virtual-table/tensor-columns.ts';
import { VirtualTable, type Column } from '../../components/virtual-table/VirtualTable.tsx';
import { useConnection } from '../../host/connection.tsx';
import { usePages } from '../../host/use-pages.ts';
import { countedText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import head from '../model/ModelTensors.module.css';
import { errorText } from './export-words.ts';

type Order = NonNullable<Input<'exports.tensors'>['sort']>;

const orders: Readonly<Record<Order, string>> = {
  error: 'Largest error first',
  size: 'Largest first',
  place: 'As in the file',
};

const columns: readonly Column<ExportedTensor>[] = [
  nameColumn,
  {
    title: 'Stored as',
    width: 'minmax(0, 2fr)',
    isMinor: true,
    cell: ({ to }) => visibleText(to),
    hint: ({ to, why }) => visibleText(why === undefined ? to : `${to}: ${why}`),
  },
  { title: 'Why', width: 'minmax(0, 2fr)', isMinor: true, cell: ({ why = '' }) => visibleText(why) },
  { ...beforeColumn, isMinor: true },
  afterColumn,
  {
    title: 'Error',
    width: '80px',
    isNumber: true,
    cell: ({ relativeError }) => errorText(relativeError),
    hint: ({ maxError }) => `largest difference of one value: ${String(maxError)}`,
  },
];

/** What became of each tensor, with its error. */
export function ExportedTensors({ id }: { readonly id: string }) {
  const { host } = useConnection();
  const [search, setSearch] = useState('');
  const [sort, setSort] = useState<Order>('error');
  const wanted = useDeferredValue(search);
  const field = useRef<HTMLInputElement>(null);
  useShortcut('filter', () => field.current?.focus());
  const pages = usePages(['exported tensors', id, wanted, sort], async (offset, limit) => {
    const { tensors, total } = await host.call('exports.tensors', { id, search: wanted, sort, offset, limit });
    return { rows: tensors, total };
  });
  return (
    <section>
      <div className={head.head}>
        <h2>Tensors</h2>
        <TextInput
          ref={field}
          aria-label="Find tensors by name or form"
          placeholder="Find by name or form"
          value={search}
          onChange={({ currentTarget }) => setSearch(currentTarget.value)}
        />
        <NativeSelect
          aria-label="Order of the tensors"
          value={sort}
          data={Object.entries(orders).map(([value, label]) => ({ value, label }))}
          onChange={({ currentTarget }) => setSort(currentTarget.value as Order)}
        />
        <span role="status" className={head.quiet}>
          {pages.isKnown && countedText(pages.total, 'tensor')}
          {wanted !== '' && ' found'}
        </span>
      </div>
      {pages.error && <Failure error={pages.error} />}
      {pages.total > 0 && (
        <VirtualTable
          key={`${wanted}\n${sort}`}
          label="Tensors of the export"
          columns={columns}
          total={pages.total}
          rowAt={pages.rowAt}
          onRange={pages.onRange}
        />
      )}
    </section>
  );
}
