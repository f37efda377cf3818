import type { ComparedRun } from '../../../contract/runs.ts';
import { useRun } from '../../host/runs.ts';
import { visibleText } from '../../text/visible.ts';
import { ByteWaterfall } from '../job/ByteWaterfall.tsx';
import classes from './RunBytes.module.css';
import { runTitle } from './figures.ts';

/** The waterfall of each result, one under the other. */
export function RunBytes({ runs }: { readonly runs: readonly ComparedRun[] }) {
  return (
    <div className={classes.list}>
      {runs.map((run) => (
        <section key={run.id}>
          <h2>{visibleText(runTitle(run))}</h2>
          <OneRun run={run} />
        </section>
      ))}
    </div>
  );
}

function OneRun({ run }: { readonly run: ComparedRun }) {
  const { data, error } = useRun(run.id);
  if (error !== null) return <p>{`Not known: ${error.message}`}</p>;
  if (data === undefined) return null;
  if (data.waterfall.length === 0) return <p>Not known: this result was made before it was recorded.</p>;
  return <ByteWaterfall steps={data.waterfall} fileName={runTitle(run)} />;
}
