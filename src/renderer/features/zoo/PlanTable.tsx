import { NativeSelect, TextInput } from '@mantine/core';
import { useDeferredValue, useRef, useState } from 'react';
import type { PlannedModelRow, ZooPlanSummary } from '../../../contract/zoo.ts';
import { useShortcut } from '../../app/use-shortcut.ts';
import { Failure } from '../../components/Failure.tsx';
import { VirtualTable, type Column } from '../../components/virtual-table/VirtualTable.tsx';
import { useOpenModel } from '../../host/models.ts';
import { usePlannedModels, type PlannedFilter } from '../../host/zoo.ts';
import { bytesText, changeText, countedText, exactBytesText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import { BulkEdit } from './BulkEdit.tsx';
import { useRowSelection } from './use-row-selection.ts';
import classes from './Zoo.module.css';
import type { Edit, Edits } from './zoo-edits.ts';
import { actionWords, planWords } from './zoo-words.ts';

interface PlanTableProps {
  readonly plan: ZooPlanSummary;
  /** What is wanted otherwise since the plan was made. */
  readonly edits: Edits;
  /** The plan does not follow what is wanted yet. */
  readonly isPending: boolean;
  readonly onEdit: (ids: readonly string[], edit: Edit | undefined) => void;
}

const sorts = [
  { value: 'order', label: 'In the order of the work' },
  { value: 'saving', label: 'Most saved first' },
  { value: 'size', label: 'Largest first' },
  { value: 'name', label: 'By name' },
] as const;

/** What would become of each model, what room that takes, and what a person wants otherwise. */
export function PlanTable({ plan, edits, isPending, onEdit }: PlanTableProps) {
  const open = useOpenModel();
  const [search, setSearch] = useState('');
  const [action, setAction] = useState('');
  const [sort, setSort] = useState<NonNullable<PlannedFilter['sort']>>('order');
  const wanted = useDeferredValue(search);
  const field = useRef<HTMLInputElement>(null);
  useShortcut('filter', () => field.current?.focus());
  const filter: PlannedFilter = {
    ...{ search: wanted, sort },
    ...(action === '' ? {} : { action: action as PlannedModelRow['action'] }),
  };
  const { pages, idsBetween } = usePlannedModels(plan.made, filter);
  const selection = useRowSelection(idsBetween);
  const { drive, bytesNow, bytesThen } = plan;
  return (
    <section aria-label="The plan">
      <h2>The plan</h2>
      <p>{`About ${planWords(bytesNow, bytesThen)}. Nothing has been changed yet.`}</p>
      <p role={drive.enough ? undefined : 'alert'}>
        {`It takes at most ${bytesText(drive.peak)} more in ${visibleText(drive.folder)}, where ${bytesText(drive.free)} are free${drive.enough ? '.' : ': that is not enough.'}`}
      </p>
      <div className={classes.filters}>
        <TextInput
          ref={field}
          aria-label="Find models by name or reason"
          placeholder="Find by name or reason"
          value={search}
          onChange={({ currentTarget }) => setSearch(currentTarget.value)}
        />
        <NativeSelect
          aria-label="Which part of the plan"
          value={action}
          data={[
            { value: '', label: 'All of the plan' },
            ...Object.entries(actionWords).map(([value, label]) => ({ value, label })),
          ]}
          onChange={({ currentTarget }) => setAction(currentTarget.value)}
        />
        <NativeSelect
          aria-label="Order of the models"
          value={sort}
          data={[...sorts]}
          onChange={({ currentTarget: { value } }) =>
            setSort(sorts.find((one) => one.value === value)?.value ?? 'order')
          }
        />
        <span role="status">{pages.isKnown && countedText(pages.total, 'model')}</span>
      </div>
      <BulkEdit
        selected={selection.ids}
        edits={edits}
        isPending={isPending}
        onEdit={onEdit}
        onClear={selection.clear}
      />
      {pages.error && <Failure error={pages.error} />}
      {pages.isKnown && pages.total === 0 && <p>No model of the plan is like that.</p>}
      {pages.total > 0 && (
        <VirtualTable
          key={`${plan.made}\n${wanted}\n${action}\n${sort}`}
          label="The plan by model"
          columns={columnsFor(edits)}
          total={pages.total}
          rowAt={pages.rowAt}
          onRange={pages.onRange}
          onSelect={({ path }) => open(path)}
          isSelected={({ id }) => selection.ids.has(id)}
          onPick={(from, to, isRange) => void selection.pick(from, to, isRange)}
          onType={(letter) => {
            setSearch(letter);
            field.current?.focus();
          }}
        />
      )}
      <p className={classes.quiet}>
        Space or a click selects, with Shift all up to there, Ctrl A all that are shown; Enter or a double click opens;
        letters search.
      </p>
    </section>
  );
}

function columnsFor(edits: Edits): readonly Column<PlannedModelRow>[] {
  const planned = (model: PlannedModelRow) => plannedWords(model, edits.get(model.id));
  return [
    { title: 'Model', width: 'minmax(0, 3fr)', cell: ({ id }) => visibleText(id), hint: ({ id }) => visibleText(id) },
    { title: 'Plan', width: 'minmax(0, 2fr)', cell: planned, hint: planned },
    {
      title: 'Why',
      width: 'minmax(0, 3fr)',
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
}

function plannedWords({ action, preset }: PlannedModelRow, edit: Edit | undefined): string {
  const now = action === 'exact' || action === 'family' ? `${actionWords[action]}, ${preset}` : actionWords[action];
  if (edit === undefined) return now;
  const wish = [edit.action === 'skip' ? 'leave alone' : edit.action === 'alone' ? 'by itself' : '', edit.preset ?? ''];
  return `${now} → you want: ${wish.filter((word) => word !== '').join(', ')}`;
}
