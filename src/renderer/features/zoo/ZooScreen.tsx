import { Button } from '@mantine/core';
import { useState } from 'react';
import { isZooBusy, type ZooPlanSummary, type ZooRun, type ZooSummary } from '../../../contract/zoo.ts';
import { Actions } from '../../components/Actions.tsx';
import { Failure } from '../../components/Failure.tsx';
import { Screen } from '../../components/Screen.tsx';
import { useLastZoo, useSteerZoo, useZooState } from '../../host/zoo.ts';
import { countedText } from '../../text/amounts.ts';
import { PlanForm } from './PlanForm.tsx';
import { PlanTable } from './PlanTable.tsx';
import { ScanForm } from './ScanForm.tsx';
import { noEdits, wishesOf, withEdit } from './zoo-edits.ts';
import { ZooMap } from './ZooMap.tsx';
import { ZooProgress } from './ZooProgress.tsx';
import { ZooReport } from './ZooReport.tsx';

/** Many models at once: looked for, planned, archived and told of. */
export function ZooScreen() {
  const state = useZooState();
  const last = useLastZoo();
  const steer = useSteerZoo();
  const run = state.data;
  const isBusy = run !== undefined && isZooBusy(run);
  const { summary, plan } = last.data ?? {};
  return (
    <Screen title="Zoo">
      <ScanForm isBusy={isBusy} />
      {state.error && <Failure error={state.error} />}
      {last.error && <Failure error={last.error} />}
      {run !== undefined && run.state !== 'idle' && <ZooProgress run={run} onStop={() => steer.mutate('zoo.cancel')} />}
      {summary !== undefined && summary.models > 0 && (
        <ZooPlan
          key={summary.roots.join('\n')}
          {...{ summary, plan, run, isBusy }}
          isStarting={steer.isPending}
          onStart={() => steer.mutate('zoo.start')}
        />
      )}
      {steer.error && <Failure error={steer.error} />}
      {run !== undefined && run.bytesTotal > 0 && (
        <ZooReport done={isBusy ? run.done : -run.revision} isBusy={isBusy} />
      )}
    </Screen>
  );
}

interface ZooPlanProps {
  readonly summary: ZooSummary;
  readonly plan: ZooPlanSummary | undefined;
  readonly run: ZooRun | undefined;
  readonly isBusy: boolean;
  readonly isStarting: boolean;
  readonly onStart: () => void;
}

/** What there is, what a person wants of it, and the plan. Begins with the wishes that the plan was made with. */
function ZooPlan({ summary, plan, run, isBusy, isStarting, onStart }: ZooPlanProps) {
  const [edits, setEdits] = useState(() => wishesOf(plan?.recipe.rules ?? []).edits);
  const [isPending, setPending] = useState(false);
  const models = countedText(plan?.archives ?? 0, 'model');
  const isStopped = run?.state === 'cancelled' && run.bytesTotal > 0;
  return (
    <>
      <ZooMap summary={summary} />
      <PlanForm {...{ summary, plan, edits, isBusy }} onPlanned={() => setPending(false)} />
      {plan !== undefined && (
        <>
          <PlanTable
            plan={plan}
            edits={isPending ? edits : noEdits}
            isPending={isPending}
            onEdit={(ids, edit) => {
              setEdits(withEdit(edits, ids, edit));
              setPending(true);
            }}
          />
          <Actions>
            <Button disabled={isBusy || plan.archives === 0} loading={isStarting} onClick={onStart}>
              {isStopped ? `Go on with ${models}` : `Archive ${models} exactly`}
            </Button>
            <span>Originals are only read. Each archive appears once it is proved.</span>
          </Actions>
        </>
      )}
    </>
  );
}
