import type { EvaluationReport } from '../../../contract/evaluations.ts';
import { Failure } from '../../components/Failure.tsx';

/** Why a model could not run: what is missing, what is safe, and what is known all the same. */
export function Faults({ report: { original, candidate, weights } }: { readonly report: EvaluationReport }) {
  const models = [
    { who: 'The original', fault: original?.fault },
    { who: 'The candidate', fault: candidate.fault },
  ];
  return models.map(
    ({ who, fault }) =>
      fault !== undefined && (
        <Failure
          key={fault.message}
          error={fault}
          words={{
            title: `${who} was not run`,
            safe: 'Neither model was changed.',
            next:
              weights === undefined
                ? 'Choose inputs that fit it, or a form of it that this runtime runs.'
                : 'How far its weights are is told below; that is no measure of accuracy.',
          }}
        />
      ),
  );
}
