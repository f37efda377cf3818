import { TextInput } from '@mantine/core';
import { useDeferredValue, useState } from 'react';
import type { Catalog } from '../../../contract/catalog.ts';
import type { TensorRow } from '../../../contract/models.ts';
import { Failure } from '../../components/Failure.tsx';
import { VirtualTable, type Column } from '../../components/virtual-table/VirtualTable.tsx';
import { useConnection } from '../../host/connection.tsx';
import { usePages } from '../../host/use-pages.ts';
import { bytesText, exactBytesText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import classes from './Recipe.module.css';
import { ruleOf, type RecipeChoice } from './recipe-choice.ts';

interface RecipeTableProps {
  readonly path: string;
  readonly methods: Catalog['methods'];
  readonly choice: RecipeChoice;
  readonly onSelect: (name: string) => void;
}

/** What the recipe says of each tensor; a row makes a rule of its own. */
export function RecipeTable({ path, methods, choice, onSelect }: RecipeTableProps) {
  const { host } = useConnection();
  const [search, setSearch] = useState('');
  const wanted = useDeferredValue(search);
  const pages = usePages(['tensors', path, wanted, 'size'], async (offset, limit) => {
    const { tensors, total } = await host.call('models.tensors', { path, search: wanted, sort: 'size', offset, limit });
    return { rows: tensors, total };
  });
  const words = ({ name }: TensorRow) => becomes(choice, name, methods);
  const columns: readonly Column<TensorRow>[] = [
    {
      title: 'Name',
      width: 'minmax(0, 3fr)',
      cell: ({ name }) => visibleText(name),
      hint: ({ name }) => visibleText(name),
    },
    { title: 'Type', width: '56px', isMinor: true, cell: ({ dtype }) => visibleText(dtype) },
    {
      title: 'Size',
      width: '72px',
      isNumber: true,
      isMinor: true,
      cell: ({ byteLength }) => bytesText(byteLength),
      hint: ({ byteLength }) => exactBytesText(byteLength),
    },
    { title: 'Becomes', width: 'minmax(0, 3fr)', cell: words, hint: words },
  ];
  return (
    <section>
      <div className={classes.head}>
        <h2>Tensor by tensor</h2>
        <TextInput
          aria-label="Find tensors of the recipe"
          placeholder="Find by name or type"
          value={search}
          onChange={({ currentTarget }) => setSearch(currentTarget.value)}
        />
        <span className={classes.quiet}>Choose a row to treat it otherwise.</span>
      </div>
      {pages.error && <Failure error={pages.error} />}
      {pages.isKnown && pages.total === 0 && <p>No tensor has that in its name or type.</p>}
      {pages.total > 0 && (
        <VirtualTable
          key={wanted}
          label="Recipe by tensor"
          columns={columns}
          total={pages.total}
          rowAt={pages.rowAt}
          onRange={pages.onRange}
          onSelect={({ name }) => onSelect(name)}
          isSelected={({ name }) => choice.rules.some(({ match }) => match === name)}
        />
      )}
    </section>
  );
}

function becomes({ rules, method, options, automatic }: RecipeChoice, name: string, methods: Catalog['methods']) {
  const rule = ruleOf(rules, name);
  if (rule === undefined) return `~ ${stepWords(method, options, methods)}${automatic ? ', if it can bear it' : ''}`;
  return 'keep' in rule ? 'kept exactly' : `~ ${stepWords(rule.method, rule.options ?? {}, methods)}, by your rule`;
}

function stepWords(method: string, options: Readonly<Record<string, unknown>>, methods: Catalog['methods']): string {
  const title = methods.find(({ id }) => id === method)?.title ?? method;
  const told = Object.entries(options).map(([name, value]) => `${name} ${String(value)}`);
  return told.length === 0 ? title : `${title} (${told.join(', ')})`;
}
