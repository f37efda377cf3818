import { TextInput } from '@mantine/core';
import { useDeferredValue, useState } from 'react';
import type { DecidedTensor, TensorPreview } from '../../../contract/approximations.ts';
import type { Catalog } from '../../../contract/catalog.ts';
import type { Recipe } from '../../../contract/recipes.ts';
import { Failure } from '../../components/Failure.tsx';
import { nameColumn } from '../../components/virtual-table/tensor-columns.ts';
import { VirtualTable, type Column } from '../../components/virtual-table/VirtualTable.tsx';
import { usePreviews } from '../../host/approximations.ts';
import { useConnection } from '../../host/connection.tsx';
import type { TensorKey } from '../../host/models.ts';
import { usePages } from '../../host/use-pages.ts';
import { bytesText, exactBytesText, percentText } from '../../text/amounts.ts';
import { bitsText } from '../../text/bits.ts';
import { visibleText } from '../../text/visible.ts';
import classes from './Recipe.module.css';
import { keptWords, stepWords } from './step-words.ts';

interface RecipeTableProps {
  readonly path: string;
  readonly methods: Catalog['methods'];
  readonly recipe: Recipe;
  readonly onSelect: (tensor: DecidedTensor) => void;
  readonly selected: TensorKey | undefined;
}

/** Rows that are tried at once; more are as they are scrolled to. */
const mostTried = 64;

/** What the recipe says of each tensor, and what that does to a sample of those in sight. */
export function RecipeTable({ path, methods, recipe, onSelect, selected }: RecipeTableProps) {
  const { host } = useConnection();
  const [search, setSearch] = useState('');
  const [range, setRange] = useState({ first: 0, last: 20 });
  const wanted = useDeferredValue(search);
  const pages = usePages(['decided', path, recipe, wanted], async (offset, limit) => {
    const page = { path, recipe, search: wanted, offset, limit };
    const { tensors, total } = await host.call('approximations.tensors', page);
    return { rows: tensors, total };
  });
  const inSight = Array.from({ length: Math.min(mostTried, range.last - range.first + 1) }, (_, place) =>
    pages.rowAt(range.first + place),
  ).filter((row) => row !== undefined && row.step !== undefined) as readonly DecidedTensor[];
  const { previewOf, error } = usePreviews(path, recipe, inSight);
  const failure = pages.error ?? error;
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
        <span className={classes.quiet}>
          Bits and errors are from samples. Choose a row to look, or treat it otherwise.
        </span>
      </div>
      {failure !== null && <Failure error={failure} />}
      {pages.isKnown && pages.total === 0 && <p>No tensor has that in its name or type.</p>}
      {pages.total > 0 && (
        <VirtualTable
          key={wanted}
          label="Recipe by tensor"
          columns={columnsFor(methods, previewOf)}
          total={pages.total}
          rowAt={pages.rowAt}
          onRange={(first, last) => {
            pages.onRange(first, last);
            setRange((known) => (known.first === first && known.last === last ? known : { first, last }));
          }}
          onSelect={onSelect}
          isSelected={({ file, name }) => selected?.file === file && selected.name === name}
        />
      )}
    </section>
  );
}

function columnsFor(
  methods: Catalog['methods'],
  previewOf: (tensor: TensorKey) => TensorPreview | undefined,
): readonly Column<DecidedTensor>[] {
  const words = (tensor: DecidedTensor) => becomes(tensor, previewOf(tensor), methods);
  return [
    nameColumn,
    { title: 'Type', width: '48px', isMinor: true, cell: ({ dtype }) => visibleText(dtype) },
    {
      title: 'Size',
      width: '64px',
      isNumber: true,
      isMinor: true,
      cell: ({ byteLength }) => bytesText(byteLength),
      hint: ({ byteLength }) => exactBytesText(byteLength),
    },
    { title: 'Becomes', width: 'minmax(0, 4fr)', cell: words, hint: words },
    {
      title: 'Bits',
      width: '44px',
      isNumber: true,
      cell: (tensor) => {
        const { bitsPerWeight } = previewOf(tensor) ?? {};
        return bitsPerWeight === undefined ? '' : bitsText(bitsPerWeight);
      },
    },
    {
      title: 'Error',
      width: '56px',
      isNumber: true,
      cell: (tensor) => {
        const { loss } = previewOf(tensor) ?? {};
        return loss === undefined ? '' : `~ ${percentText(loss.relativeL2)}`;
      },
    },
  ];
}

/** What becomes of a tensor, and why; what its numbers say counts more than what its name said. */
function becomes(
  { step, kept, isAsked, isFiner }: DecidedTensor,
  preview: TensorPreview | undefined,
  methods: Catalog['methods'],
): string {
  const reason = preview?.kept ?? kept;
  if (reason !== undefined || step === undefined) return keptWords(reason);
  const why = isAsked ? ', by your rule' : isFiner ? ', finer because it is sensitive' : '';
  return `~ ${stepWords(step, methods)}${why}`;
}
