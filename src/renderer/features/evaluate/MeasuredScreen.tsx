import { Button } from '@mantine/core';
import { Link } from 'wouter';
import type { Evaluation, EvaluationReport } from '../../../contract/evaluations.ts';
import { Approximate } from '../../components/Approximate.tsx';
import { Failure } from '../../components/Failure.tsx';
import { Screen } from '../../components/Screen.tsx';
import { WorkProgress } from '../../components/WorkProgress.tsx';
import { useCancelEvaluation, useEvaluationReport, useEvaluationsUnderWay } from '../../host/evaluations.ts';
import { accuracyLink } from '../../text/links.ts';
import {
  evaluationAmount,
  evaluationPhaseWords,
  evaluationTitle,
  measuringWords,
  unknownWords,
} from './evaluation-words.ts';
import { ReportView } from './ReportView.tsx';

/** One evaluation: while it works, and what it found, also after a restart. */
export function MeasuredScreen({ id }: { readonly id: string }) {
  const underWay = useEvaluationsUnderWay();
  const evaluation = underWay.data?.find((known) => known.id === id);
  const isKept = underWay.data !== undefined && (evaluation === undefined || evaluation.state === 'done');
  const report = useEvaluationReport(id, isKept);
  const error = underWay.error ?? (isKept ? report.error : null);
  if (error !== null) return <Unknown error={error} />;
  if (report.data !== undefined)
    return (
      <Screen
        title={evaluationTitle(report.data)}
        path={report.data.candidate.path}
        mark={isChanged(report.data) && <Approximate />}
      >
        <ReportView report={report.data} />
      </Screen>
    );
  return evaluation === undefined || evaluation.state === 'done' ? null : <Unfinished evaluation={evaluation} />;
}

/** There is no report: most often the program ended before the measurement did. */
function Unknown({ error }: { readonly error: Error & { readonly code?: string } }) {
  const isGone = error.code === 'NOT_FOUND';
  return (
    <Screen title="Measure accuracy">
      <Failure error={error} {...(isGone && { words: unknownWords })}>
        {isGone && (
          <Button component={Link} href="/accuracy">
            Measure again
          </Button>
        )}
      </Failure>
    </Screen>
  );
}

/** Whether anything was seen to differ, in weights or, where tensors have other names, in outputs. */
function isChanged({ weights, outputs }: EvaluationReport): boolean {
  return weights?.tensors.some(({ identical }) => !identical) === true || outputs.some(({ identical }) => !identical);
}

function Unfinished({ evaluation }: { readonly evaluation: Evaluation }) {
  const { id, name, request, state, done, total, secondsLeft, error } = evaluation;
  const cancel = useCancelEvaluation();
  return (
    <Screen title={`Measure ${name}`} path={request.model}>
      {(state === 'queued' || state === 'running') && (
        <WorkProgress
          words={evaluationPhaseWords(evaluation)}
          done={done}
          total={total}
          amount={evaluationAmount(evaluation)}
          secondsLeft={secondsLeft}
          onStop={() => cancel.mutate(id)}
          after="Models are only read. Nothing is kept of a measurement that is stopped."
        />
      )}
      {state === 'cancelled' && (
        <div role="status">
          <h2>Stopped</h2>
          <p>Nothing was measured, and nothing was changed.</p>
        </div>
      )}
      {state === 'failed' && (
        <Failure error={error ?? { message: 'It ended without a reason.' }} words={measuringWords(error?.code)} />
      )}
      {(state === 'failed' || state === 'cancelled') && (
        <p>
          <Button
            component={Link}
            href={accuracyLink({ original: request.original, candidate: request.model })}
            variant="default"
          >
            Change what is measured
          </Button>
        </p>
      )}
    </Screen>
  );
}
