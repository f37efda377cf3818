import { Failure } from '../../components/Failure.tsx';
import { useRun, useRuns } from '../../host/runs.ts';
import { Result } from '../job/Result.tsx';

const runsLookedThrough = 1000;

/** A result of an earlier day. */
export function RunScreen({ id }: { readonly id: string }) {
  const { data, error } = useRun(id);
  const recent = useRuns({ limit: runsLookedThrough });
  const run = data?.run ?? recent.data?.runs.find((known) => known.id === id);
  if (run !== undefined) return <Result id={id} name={run.name} receipt={run.receipt} />;
  if (error === null || recent.data === undefined) return null;
  return <Failure error={error} />;
}
