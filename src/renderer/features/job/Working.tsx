import { Button } from '@mantine/core';
import type { Job } from '../../../contract/jobs.ts';
import { Actions } from '../../components/Actions.tsx';
import { Facts } from '../../components/Facts.tsx';
import { Failure } from '../../components/Failure.tsx';
import figures from '../../components/figures.module.css';
import { Meter } from '../../components/Meter.tsx';
import { Screen } from '../../components/Screen.tsx';
import { useCancelJob } from '../../host/queries.ts';
import { bytesText, countText, durationText } from '../../text/amounts.ts';
import { phaseWords, shareDone } from './progress-words.ts';

/** A job that works or waits: how far, how fast, how long, and a way to stop it. */
export function Working({ job }: { readonly job: Job }) {
  const cancel = useCancelJob();
  const share = shareDone(job);
  const words = phaseWords(job);
  const quarter = Math.floor(share * 4) * 25;
  return (
    <Screen title={job.name} path={job.path}>
      <section aria-label="Progress">
        <p className={figures.large}>{Math.floor(share * 100)} %</p>
        <p className={figures.quiet}>{words}</p>
      </section>
      <Meter share={share} label={words} />
      <p role="status" className="sr-only">
        {`${words}, ${quarter} % done`}
      </p>
      <Facts
        facts={[
          ['Done', `${bytesText(job.bytesDone)} of ${bytesText(job.bytesTotal)}`],
          ['Written', bytesText(job.bytesOut)],
          ['Rate', job.rate > 0 ? `${bytesText(job.rate)}/s` : 'not known yet'],
          ['Time left', job.secondsLeft === undefined ? 'not known yet' : durationText(job.secondsLeft)],
          ...(job.tensorsDone > 0 ? [['Tensors done', countText(job.tensorsDone)] as const] : []),
        ]}
      />
      <Actions>
        <Button variant="default" disabled={cancel.isPending || cancel.isSuccess} onClick={() => cancel.mutate(job.id)}>
          {cancel.isSuccess ? 'Stopping' : 'Stop'}
        </Button>
        <span>The original stays as it is; the unfinished file is removed.</span>
      </Actions>
      {cancel.error && <Failure error={cancel.error} />}
    </Screen>
  );
}
