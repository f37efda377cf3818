import { Box, Button } from '@mantine/core';
import { Link } from 'wouter';
import type { FitJob, FitRequest } from '../../../contract/fits.ts';
import { Actions } from '../../components/Actions.tsx';
import { Facts } from '../../components/Facts.tsx';
import { Failure } from '../../components/Failure.tsx';
import { isPlaceTaken } from '../../components/failure-words.ts';
import { Meter } from '../../components/Meter.tsx';
import { useCancelFit, usePauseFit, useResumeFit } from '../../host/fits.ts';
import { useOpenModel } from '../../host/models.ts';
import { bytesText, changeText, countText, durationText } from '../../text/amounts.ts';
import { accuracyLink } from '../../text/links.ts';
import { visibleText } from '../../text/visible.ts';
import { fitWords, metricText, orderFacts, singleFacts, targetWords } from './fit-words.ts';
import { pruningWords } from './FitWays.tsx';
import { PartWorths } from './PartWorths.tsx';

interface FitProgressProps {
  readonly job: FitJob;
  readonly onAgain: (request: FitRequest) => void;
}

/** What the newest fit does, or what came of it. */
export function FitProgress({ job, onAgain }: FitProgressProps) {
  const { id, state, done, total, error, receipt, request, trial } = job;
  const cancel = useCancelFit();
  const resume = useResumeFit();
  const pause = usePauseFit();
  const refused = pause.error ?? resume.error ?? cancel.error;
  const open = useOpenModel();
  const isBusy = state === 'queued' || state === 'running';
  const words = fitWords(job);
  const share = trial ? (trial.number - 1) / (trial.number + trial.left) : total === 0 ? 0 : done / total;
  return (
    <section aria-label="Progress">
      <h2>{`Fitting ${targetWords(request.target)}`}</h2>
      {isBusy && <Meter share={share} label={words} />}
      <p role="status">{words}</p>
      {isBusy && (
        <Actions>
          <Button variant="default" onClick={() => pause.mutate(id)}>
            Pause
          </Button>
          <Button variant="default" onClick={() => cancel.mutate(id)}>
            Stop
          </Button>
          <span>What was learned of the inputs is kept with both, so starting again is quicker.</span>
        </Actions>
      )}
      {(state === 'paused' || state === 'interrupted') && (
        <Actions>
          <Button loading={resume.isPending} onClick={() => resume.mutate(id)}>
            Go on
          </Button>
          <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate(id)}>
            Forget it
          </Button>
          <span>
            Forgetting it removes the unfinished file. What was learned of the inputs is kept for another fit.
          </span>
        </Actions>
      )}
      {refused !== null && <Failure error={refused} />}
      {state === 'failed' && error !== undefined && (
        <Failure error={error}>
          {isPlaceTaken(error) && request.overwrite !== true && (
            <Button onClick={() => onAgain({ ...request, overwrite: true })}>Replace what is there</Button>
          )}
        </Failure>
      )}
      {receipt !== undefined && !('front' in request.target) && (
        <>
          <Facts
            facts={[
              [
                'Archive',
                `~ ${bytesText(receipt.bytesIn)} → ${bytesText(receipt.bytesOut)} · ${changeText(receipt.bytesIn, receipt.bytesOut)} · ${(receipt.bytesIn / Math.max(1, receipt.bytesOut)).toFixed(2)} times smaller`,
              ],
              [
                'Learned from',
                `${countText(receipt.items)} ${receipt.learnedFrom === 'task' ? 'items of the task' : 'made-up inputs'}; the inputs of ${countText(receipt.layers)} of ${countText(receipt.matrices)} matrices are known`,
              ],
              ...receipt.metrics.map(
                (metric) =>
                  [visibleText(metric.title), `${metricText(metric)} · ${visibleText(metric.verdict)}`] as const,
              ),
              ...orderFacts(receipt),
              ...singleFacts(receipt),
              ...(receipt.metrics.length === 0
                ? [['How good', 'Not measured: there were no inputs to measure on.'] as const]
                : []),
              ...(request.trellis ? [['Trellis', 'for matrices that were better for it'] as const] : []),
              ...(request.codebooks ? [['Codebooks', 'learned, for matrices that were better for it'] as const] : []),
              ...(request.pruning ? [['Weights that became 0', pruningWords(request.pruning) ?? 'some'] as const] : []),
              ['Time', durationText(receipt.seconds)],
            ]}
          />
          {receipt.parts !== undefined && (
            <Box my={24}>
              <PartWorths rows={receipt.parts} whole={receipt.bytesOut} name={job.name} />
            </Box>
          )}
          {receipt.output !== undefined && (
            <Box mt={16}>
              <Actions>
                <Button variant="default" onClick={() => open(receipt.output ?? '')}>
                  Open the archive
                </Button>
                <Button
                  variant="default"
                  component={Link}
                  href={accuracyLink({ original: request.input, candidate: receipt.output })}
                >
                  Compare its answers
                </Button>
                <span>{visibleText(receipt.output)}</span>
              </Actions>
            </Box>
          )}
        </>
      )}
    </section>
  );
}
