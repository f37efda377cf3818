import { Button } from '@mantine/core';
import { useState } from 'react';
import { Actions } from '../../components/Actions.tsx';
import { Failure } from '../../components/Failure.tsx';
import { Meter } from '../../components/Meter.tsx';
import { Screen } from '../../components/Screen.tsx';
import { useSteerZoo, useZooPlan, useZooState, useZooSummary } from '../../host/zoo.ts';
import { ScanForm } from './ScanForm.tsx';
import { ZooMap } from './ZooMap.tsx';
import { PlanForm } from './PlanForm.tsx';
import { PlanTable } from './PlanTable.tsx';
import { ZooReport } from './ZooReport.tsx';
import { noEdits, withEdit, type Edits } from './zoo-edits.ts';
import { runWords, shareOf } from './zoo-words.ts';

/** Many models at once: looked for, planned, archived and told of. */
export function ZooScreen() {
  const state = useZooState();
  const summary = useZooSummary();
  const plan = useZooPlan();
  const steer = useSteerZoo();
  const [edits, setEdits] = useState<Edits>(noEdits);
  const [isPending, setPending] = useState(false);
  const run = state.data;
  const isBusy = run !== undefined && ['scanning', 'planning', 'running'].includes(run.state);
  const hasRun = run !== undefined && run.bytesTotal > 0;
  return (
    <Screen title="Zoo">
      <ScanForm isBusy={isBusy} />
      {state.error && <Failure error={state.error} />}
      {run !== undefined && run.state !== 'idle' && (
        <section aria-label="Progress">
          {isBusy && <Meter share={shareOf(run)} label={runWords(run)} />}
          <p role="status">{runWords(run)}</p>
          {isBusy && (
            <Actions>
              <Button variant="default" onClick={() => steer.mutate('zoo.cancel')}>
                Stop
              </Button>
              <span>What is proved stays; the rest is begun again next time.</span>
            </Actions>
          )}
        </section>
      )}
      {summary.data !== undefined && summary.data.models > 0 && (
        <>
          <ZooMap summary={summary.data} />
          <PlanForm summary={summary.data} edits={edits} isBusy={isBusy} onPlanned={() => setPending(false)} />
        </>
      )}
      {plan.data !== undefined && (
        <>
          <PlanTable
            plan={plan.data}
            made={plan.dataUpdatedAt}
            edits={isPending ? edits : noEdits}
            isPending={isPending}
            onEdit={(ids, edit) => {
              setEdits(withEdit(edits, ids, edit));
              setPending(true);
            }}
          />
          <Actions>
            <Button disabled={isBusy} loading={steer.isPending} onClick={() => steer.mutate('zoo.start')}>
              {run?.state === 'cancelled' && hasRun
                ? `Go on with ${plan.data.models} models`
                : `Archive ${plan.data.models} models exactly`}
            </Button>
            <span>Originals are only read. Each archive appears once it is proved.</span>
          </Actions>
        </>
      )}
      {steer.error && <Failure error={steer.error} />}
      {hasRun && <ZooReport done={isBusy ? run.done : -1} />}
    </Screen>
  );
}
