import { Button } from '@mantine/core';
import { Link } from 'wouter';
import type { ComparedRun } from '../../../contract/runs.ts';
import { Actions } from '../../components/Actions.tsx';
import { useRun } from '../../host/runs.ts';
import { accuracyLink, candidatesLink } from '../../text/links.ts';
import { CandidateFigures } from './CandidateFigures.tsx';
import { runTitle } from './figures.ts';

/** What was measured of the results' accuracy, and the way to measure what was not. */
export function Quality({ runs }: { readonly runs: readonly ComparedRun[] }) {
  const evaluations = runs
    .flatMap((run) => run.evaluations)
    .filter(({ original }) => original !== undefined)
    .toSorted((one, other) => other.finished - one.finished);
  const original = evaluations[0]?.original?.sha256;
  const unmeasured = runs.filter(({ isApproximate, evaluations: known }) => isApproximate && known.length === 0);
  const isExact = runs.every(({ isApproximate }) => isApproximate !== true);
  return (
    <>
      {isExact && (
        <p>
          Not measured. Exact results need no measure of quality: they give back every byte, so whatever runs on the
          original runs the same on what is restored.
        </p>
      )}
      {unmeasured.map((run) => (
        <Unmeasured key={run.id} run={run} />
      ))}
      {original !== undefined && (
        <>
          <CandidateFigures
            evaluations={evaluations.filter((evaluation) => evaluation.original?.sha256 === original)}
            fileName="comparison"
          />
          <Actions>
            <Button component={Link} variant="default" href={candidatesLink(original)}>
              All candidates of this original
            </Button>
          </Actions>
        </>
      )}
    </>
  );
}

function Unmeasured({ run }: { readonly run: ComparedRun }) {
  const { input, output } = useRun(run.id).data?.run.receipt ?? {};
  return (
    <p>
      {`Not measured: ${runTitle(run)}. Its weights changed, and what that does to answers is not known. `}
      <Link href={accuracyLink({ original: input, candidate: output })}>Measure its accuracy</Link>
    </p>
  );
}
