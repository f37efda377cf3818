import { Button, Tabs } from '@mantine/core';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { Actions } from '../../components/Actions.tsx';
import { Failure } from '../../components/Failure.tsx';
import { Screen } from '../../components/Screen.tsx';
import { useComparison } from '../../host/runs.ts';
import { accuracyLink, compareLink } from '../../text/links.ts';
import { ChooseRuns } from './ChooseRuns.tsx';
import classes from './CompareScreen.module.css';
import { ComparisonTable } from './ComparisonTable.tsx';
import { comparisonCautions, comparisonFinding } from './figures.ts';
import { Quality } from './Quality.tsx';
import { RunBytes } from './RunBytes.tsx';
import { SizeComparison, SpeedComparison } from './RunBars.tsx';
import { Weights } from './Weights.tsx';

/** Results beside each other. The choice is in the address, so that it can be kept and gone back to. */
export function CompareScreen({ ids }: { readonly ids: readonly string[] }) {
  const [, navigate] = useLocation();
  const { data: runs, error } = useComparison(ids);
  const [pinned, setPinned] = useState<string>();
  const choose = (chosen: readonly string[]) => navigate(compareLink(chosen));
  if (ids.length === 0)
    return (
      <Screen title="Compare">
        <Actions>
          <Button variant="default" component={Link} href={accuracyLink({})}>
            Measure accuracy
          </Button>
          <span>Run models on the same inputs, and see what really changed.</span>
        </Actions>
        <ChooseRuns chosen={ids} onChoose={choose} />
      </Screen>
    );
  const baseline = runs?.find(({ id }) => id === pinned) ?? runs?.[0];
  return (
    <Screen title="Compare">
      {error && <Failure error={error} />}
      {runs !== undefined && baseline !== undefined && (
        <>
          <p className={classes.finding}>{comparisonFinding(runs)}</p>
          {comparisonCautions(runs).map((caution) => (
            <p key={caution} role="status" className={classes.caution}>
              {caution}
            </p>
          ))}
          <ComparisonTable
            runs={runs}
            baseline={baseline}
            onPin={setPinned}
            onRemove={(id) => choose(ids.filter((other) => other !== id))}
          />
          <Tabs defaultValue="size" keepMounted={false}>
            <Tabs.List aria-label="Pictures">
              <Tabs.Tab value="size">Sizes</Tabs.Tab>
              <Tabs.Tab value="speed">Speed</Tabs.Tab>
              <Tabs.Tab value="bytes">Where the bytes went</Tabs.Tab>
              <Tabs.Tab value="weights">Weights</Tabs.Tab>
              <Tabs.Tab value="quality">Accuracy</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="size" className={classes.panel}>
              <SizeComparison runs={runs} baseline={baseline} />
            </Tabs.Panel>
            <Tabs.Panel value="speed" className={classes.panel}>
              <SpeedComparison runs={runs} baseline={baseline} />
            </Tabs.Panel>
            <Tabs.Panel value="bytes" className={classes.panel}>
              <RunBytes runs={runs} />
            </Tabs.Panel>
            <Tabs.Panel value="weights" className={classes.panel}>
              <Weights runs={runs} />
            </Tabs.Panel>
            <Tabs.Panel value="quality" className={classes.panel}>
              <Quality runs={runs} />
            </Tabs.Panel>
          </Tabs>
        </>
      )}
      <details open={ids.length < 2 || undefined}>
        <summary>Choose results</summary>
        <ChooseRuns chosen={ids} onChoose={choose} />
      </details>
    </Screen>
  );
}
