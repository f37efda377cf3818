import { Button } from '@mantine/core';
import { useState } from 'react';
import type { BatchRowView } from '../../../contract/zoo.ts';
import { Actions } from '../../components/Actions.tsx';
import { Failure } from '../../components/Failure.tsx';
import { failureWords } from '../../components/failure-words.ts';
import { IconAlertTriangle } from '../../components/icons.ts';
import { VirtualTable, type Column } from '../../components/virtual-table/VirtualTable.tsx';
import { useReportRows, useRetryZoo } from '../../host/zoo.ts';
import { countedText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import classes from './Zoo.module.css';

const columns: readonly Column<BatchRowView>[] = [
  { title: 'Model', width: 'minmax(0, 2fr)', cell: ({ id }) => visibleText(id), hint: ({ id }) => visibleText(id) },
  { title: 'What happened', width: 'minmax(0, 3fr)', cell: ({ code }) => failureWords(code ?? 'INTERNAL').title },
];

interface NeedsAttentionProps {
  /** How many there are; another number is another list. */
  readonly total: number;
  /** Changes when the report does. */
  readonly done: number;
  readonly isBusy: boolean;
}

/** Every model that failed while the others went on: what happened, what is safe, what to do, and a way to try again. */
export function NeedsAttention({ total, done, isBusy }: NeedsAttentionProps) {
  const pages = useReportRows(done, { state: 'failed' });
  const retry = useRetryZoo();
  const [chosen, setChosen] = useState<BatchRowView>();
  if (total === 0) return null;
  const shown = chosen ?? pages.rowAt(0);
  return (
    <section aria-label="Needs attention" className={classes.needs}>
      <h2>Needs attention</h2>
      <div className={classes.buttons}>
        <Actions>
          <Button size="compact-sm" disabled={isBusy} loading={retry.isPending} onClick={() => retry.mutate(undefined)}>
            {total === 1 ? 'Try it again' : `Try all ${countedText(total, 'model')} again`}
          </Button>
          <span>Nothing of what is done is done again.</span>
        </Actions>
      </div>
      {retry.error && <Failure error={retry.error} />}
      {pages.error && <Failure error={pages.error} />}
      {total > 1 && (
        <VirtualTable
          label="Models that need attention"
          columns={columns}
          total={pages.total}
          rowAt={pages.rowAt}
          onRange={pages.onRange}
          onSelect={setChosen}
          isSelected={({ id }) => id === shown?.id}
        />
      )}
      {shown !== undefined && (
        <FailedModel row={shown} {...(total > 1 && !isBusy ? { onRetry: () => retry.mutate([shown.id]) } : {})} />
      )}
    </section>
  );
}

function FailedModel({ row, onRetry }: { readonly row: BatchRowView; readonly onRetry?: () => void }) {
  const { id, note, reason, code = 'INTERNAL' } = row;
  const { title, safe, next } = failureWords(code);
  return (
    <div className={classes.attention} role="status">
      <h3>
        <IconAlertTriangle size={14} aria-hidden /> {visibleText(id)}
      </h3>
      <p>{`${title}. ${visibleText(note ?? reason)}`}</p>
      <p>{safe}</p>
      <p>{next}</p>
      {onRetry !== undefined && (
        <Actions>
          <Button size="compact-sm" variant="default" onClick={onRetry}>
            Try this one again
          </Button>
        </Actions>
      )}
    </div>
  );
}
