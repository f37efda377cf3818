import type { JobEvent } from '../../../src/engine/index.ts';
import {
  fit,
  type Candidate,
  type CandidateEvent,
  type FitReport,
  type FitRequest,
  type TrialEvent,
} from '../../../src/evaluation/index.ts';
import { finish } from '../../support/jobs.ts';
import { evaluationContext } from '../support.ts';

/** Runs a fit to its end; its report, and the candidates that it told. */
export async function finishFit(
  request: FitRequest,
): Promise<{ readonly report: FitReport; readonly candidates: readonly Candidate[] }> {
  const candidates: Candidate[] = [];
  const { report } = await finish(withoutCandidates(fit(request, evaluationContext()), candidates));
  return { report, candidates };
}

/** Takes the candidates and the fits of an ablation out of events. */
export async function* withoutCandidates<Report>(
  events: AsyncIterable<JobEvent<Report> | CandidateEvent | TrialEvent>,
  candidates: Candidate[],
  trials: TrialEvent[] = [],
): AsyncGenerator<JobEvent<Report>> {
  for await (const event of events)
    if (event.type === 'candidate') candidates.push(event.candidate);
    else if (event.type === 'trial') trials.push(event);
    else yield event;
}
