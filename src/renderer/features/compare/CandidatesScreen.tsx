import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { Actions } from '../../components/Actions.tsx';
import { Failure } from '../../components/Failure.tsx';
import { Screen } from '../../components/Screen.tsx';
import { useEvaluations } from '../../host/evaluations.ts';
import { accuracyLink } from '../../text/links.ts';
import { CandidateFigures } from './CandidateFigures.tsx';

/** Everything that was measured against one original. */
export function CandidatesScreen({ original: sha256 }: { readonly original: string }) {
  const { data, error } = useEvaluations({ original: sha256 });
  const original = data?.find((evaluation) => evaluation.original !== undefined)?.original;
  return (
    <Screen title={original === undefined ? 'Candidates' : `Candidates of ${original.name}`} path={original?.path}>
      {error && <Failure error={error} />}
      {data?.length === 0 && <p>Nothing was measured against this model yet.</p>}
      <Actions>
        <Button component={Link} href={accuracyLink({ original: original?.path })} variant="default">
          Measure another candidate
        </Button>
      </Actions>
      {data !== undefined && data.length > 0 && (
        <CandidateFigures evaluations={data} fileName={original?.name ?? 'candidates'} />
      )}
    </Screen>
  );
}
