import { Link } from 'wouter';
import type { EvaluationSummary } from '../../../contract/evaluations.ts';
import { Facts } from '../../components/Facts.tsx';
import { visibleText } from '../../text/visible.ts';
import { askedWords } from './evaluation-words.ts';
import { judgementWords, metricTitle } from './metric-words.ts';
import { useSmallestChange } from './SmallestChanges.tsx';

/** What was measured of one result, newest first; nothing where nothing was. */
export function MeasuredFacts({ evaluations }: { readonly evaluations: readonly EvaluationSummary[] }) {
  const smallestOf = useSmallestChange();
  if (evaluations.length === 0) return null;
  return (
    <section>
      <h2>What was measured of it</h2>
      <Facts
        facts={evaluations.map((evaluation) => {
          const { id, metrics, fault } = evaluation;
          const words = metrics.map(
            (metric) => `${metricTitle(metric)}: ${judgementWords(metric, smallestOf(metric))}`,
          );
          return [
            visibleText(askedWords(evaluation)),
            <Link key={id} href={`/measured/${id}`}>
              {visibleText(fault ?? (words.length === 0 ? 'The report' : words.join(' · ')))}
            </Link>,
          ];
        })}
      />
    </section>
  );
}
