import type { ComparedRun } from '../../../contract/runs.ts';
import { Facts } from '../../components/Facts.tsx';
import { visibleText } from '../../text/visible.ts';
import { deltaText, runTitle } from './figures.ts';

/** What was measured of the results' quality, and in words what was not. */
export function Quality({ runs, baseline }: { readonly runs: readonly ComparedRun[]; readonly baseline: ComparedRun }) {
  const measured = runs.filter(({ evaluations }) => evaluations.length > 0);
  if (measured.length === 0)
    return (
      <p>
        Not measured. Exact results need no measure of quality: they give back every byte, so whatever runs on the
        original runs the same on what is restored.
      </p>
    );
  return (
    <>
      {measured.map((run) => (
        <section key={run.id}>
          <h2>{visibleText(runTitle(run))}</h2>
          <Facts
            facts={run.evaluations.map(({ metric, value, detail }) => {
              const pinned = baseline.evaluations.find((other) => other.metric === metric)?.value;
              const delta = run.id === baseline.id ? '' : deltaText(value, pinned);
              return [visibleText(metric), [value.toPrecision(4), delta, detail].filter(Boolean).join(' · ')];
            })}
          />
        </section>
      ))}
    </>
  );
}
