import { Failure } from '../../components/Failure.tsx';
import { useRuns } from '../../host/queries.ts';
import { Result } from '../job/Result.tsx';

/** A result of an earlier day. */
export function RunScreen({ id }: { readonly id: string }) {
  const { data } = useRuns(200);
  const run = data?.find((known) => known.id === id);
  if (data === undefined) return null;
  if (run === undefined)
    return <Failure error={{ code: 'NOT_FOUND', message: 'This result is not in the history.' }} />;
  return <Result name={run.name} receipt={run.receipt} />;
}
