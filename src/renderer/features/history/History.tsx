import { Failure } from '../../components/Failure.tsx';
import { Screen } from '../../components/Screen.tsx';
import { useRuns } from '../../host/queries.ts';
import { RunList } from './RunList.tsx';

/** All that was finished, newest first. */
export function History() {
  const { data, error } = useRuns(200);
  return (
    <Screen title="History">
      {error && <Failure error={error} />}
      {data?.length === 0 && (
        <p>What you compress, restore or verify will stand here. Try the sample under Compress.</p>
      )}
      {data !== undefined && data.length > 0 && <RunList runs={data} />}
    </Screen>
  );
}
