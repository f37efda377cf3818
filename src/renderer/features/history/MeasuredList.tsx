import { Link } from 'wouter';
import type { EvaluationSummary } from '../../../contract/evaluations.ts';
import { Failure } from '../../components/Failure.tsx';
import { TimelineTable } from '../../components/TimelineTable.tsx';
import { useEvaluations } from '../../host/evaluations.ts';
import { accuracyLink, candidatesLink } from '../../text/links.ts';
import { visibleText } from '../../text/visible.ts';
import { askedWords, evaluationTitle } from '../evaluate/evaluation-words.ts';
import { judgementWords, metricTitle, type Metric } from '../evaluate/metric-words.ts';
import { useSmallestChange } from '../evaluate/SmallestChanges.tsx';

/** Every measurement, newest first, with what may be said of its first metric. */
export function MeasuredList({ search }: { readonly search: string }) {
  const { data, error } = useEvaluations({});
  const smallestOf = useSmallestChange();
  if (error !== null) return <Failure error={error} />;
  if (data === undefined) return null;
  const wanted = search.toLowerCase();
  const found = data.filter(({ candidate, original }) =>
    `${candidate.path}\n${original?.path ?? ''}`.toLowerCase().includes(wanted),
  );
  if (found.length === 0)
    return (
      <p>
        {data.length === 0
          ? 'What you measure will stand here, with what its interval supports. '
          : 'No measurement has that in its name or path. '}
        <Link href={accuracyLink({})}>Measure accuracy</Link>
      </p>
    );
  return (
    <TimelineTable
      label="Measurements"
      columns={['Time', 'Models', 'Asked', 'What may be said', '']}
      rows={found.map((evaluation) => ({
        id: evaluation.id,
        finished: evaluation.finished,
        cells: [
          <Link key="report" href={`/measured/${evaluation.id}`}>
            {visibleText(evaluationTitle(evaluation))}
          </Link>,
          visibleText(askedWords(evaluation)),
          findingOf(evaluation, smallestOf),
          evaluation.original === undefined ? (
            ''
          ) : (
            <Link key="all" href={candidatesLink(evaluation.original.sha256)}>
              All candidates
            </Link>
          ),
        ],
      }))}
    />
  );
}

function findingOf({ metrics, fault, changed }: EvaluationSummary, smallestOf: (metric: Metric) => number): string {
  const [first] = metrics;
  if (fault !== undefined) return 'It was not run';
  if (first === undefined) return changed === 0 ? 'No answer is another' : `${changed} answers are others`;
  return `${metricTitle(first)}: ${visibleText(judgementWords(first, smallestOf(first)))}`;
}
