import { NativeSelect, TextInput } from '@mantine/core';
import { useDeferredValue, useRef, useState } from 'react';
import { tensorSort, type TensorRow, type TensorSort } from '../../../contract/models.ts';
import { useShortcut } from '../../app/use-shortcut.ts';
import { Failure } from '../../components/Failure.tsx';
import { nameColumn } from '../../components/virtual-table/tensor-columns.ts';
import { VirtualTable, type Column } from '../../components/virtual-table/VirtualTable.tsx';
import { useConnection } from '../../host/connection.tsx';
import type { TensorKey } from '../../host/models.ts';
import { usePages } from '../../host/use-pages.ts';
import { bytesText, changeText, countedText, exactBytesText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import classes from './ModelTensors.module.css';

const orders: Readonly<Record<TensorSort, string>> = {
  size: 'Largest first',
  name: 'By name',
  dtype: 'By type',
  place: 'As in the file',
  saved: 'Most saved first',
};

const columns: readonly Column<TensorRow>[] = [
  { ...nameColumn, width: 'minmax(0, 4fr)' },
  { title: 'Type', width: 'minmax(0, 1fr)', isMinor: true, cell: ({ dtype }) => visibleText(dtype) },
  {
    title: 'Shape',
    width: 'minmax(0, 1.6fr)',
    isMinor: true,
    cell: ({ shape }) => shapeWords(shape),
    hint: ({ shape }) => shapeWords(shape),
  },
  {
    title: 'Size',
    width: '72px',
    isNumber: true,
    cell: ({ byteLength }) => bytesText(byteLength),
    hint: ({ byteLength }) => exactBytesText(byteLength),
  },
];

const stored: Column<TensorRow> = {
  title: 'Stored',
  width: '72px',
  isNumber: true,
  cell: ({ byteLength, bytesOut }) => (bytesOut === undefined ? '' : changeText(byteLength, bytesOut)),
  hint: ({ bytesOut }) => (bytesOut === undefined ? '' : exactBytesText(bytesOut)),
};

interface ModelTensorsProps {
  readonly path: string;
  readonly isArchive: boolean;
  readonly onSelect: (tensor: TensorKey) => void;
  readonly selected: TensorKey | undefined;
}

/** All tensors, however many; a row opens the inspector. */
export function ModelTensors({ path, isArchive, onSelect, selected }: ModelTensorsProps) {
  const { host } = useConnection();
  const [search, setSearch] = useState('');
  const [sort, setSort] = useState<TensorSort>('size');
  const wanted = useDeferredValue(search);
  const field = useRef<HTMLInputElement>(null);
  useShortcut('filter', () => field.current?.focus());
  const pages = usePages(['tensors', path, wanted, sort], async (offset, limit) => {
    const { tensors, total } = await host.call('models.tensors', { path, search: wanted, sort, offset, limit });
    return { rows: tensors, total };
  });
  return (
    <section>
      <div className={classes.head}>
        <h2>Tensors</h2>
        <TextInput
          ref={field}
          aria-label="Find tensors by name or type"
          placeholder="Find by name or type"
          value={search}
          onChange={({ currentTarget }) => setSearch(currentTarget.value)}
        />
        <NativeSelect
          aria-label="Order of the tensors"
          value={sort}
          data={tensorSort.options
            .filter((order) => isArchive || order !== 'saved')
            .map((value) => ({ value, label: orders[value] }))}
          onChange={({ currentTarget }) => setSort(tensorSort.parse(currentTarget.value))}
        />
        <span role="status" className={classes.quiet}>
          {pages.isKnown && countedText(pages.total, 'tensor')}
          {wanted !== '' && ' found'}
        </span>
      </div>
      {pages.error && <Failure error={pages.error} />}
      {pages.isKnown && pages.total === 0 && <p>No tensor has that in its name or type.</p>}
      {pages.total > 0 && (
        <VirtualTable
          key={`${wanted}\n${sort}`}
          label="Tensors"
          columns={isArchive ? [...columns, stored] : columns}
          total={pages.total}
          rowAt={pages.rowAt}
          onRange={pages.onRange}
          onSelect={onSelect}
          isSelected={({ file, name }) => selected?.file === file && selected.name === name}
        />
      )}
    </section>
  );
}

function shapeWords(shape: readonly number[]): string {
  return shape.length === 0 ? 'scalar' : shape.join(' × ');
}
