import { Button } from '@mantine/core';
import { Link } from 'wouter';
import type { Job } from '../../../contract/jobs.ts';
import { Failure } from '../../components/Failure.tsx';
import { Screen } from '../../components/Screen.tsx';
import { useJobs, useRetryJob } from '../../host/jobs.ts';
import { useRun } from '../../host/runs.ts';
import { modelLink } from '../../text/links.ts';
import { ReplaceButton } from './ReplaceButton.tsx';
import { Result } from './Result.tsx';
import { Stopped } from './Stopped.tsx';
import { Working } from './Working.tsx';

/** One job: while it works, and how it ended. */
export function JobScreen({ id }: { readonly id: string }) {
  const { data, error } = useJobs();
  const job = data?.find((known) => known.id === id);
  if (error !== null) return <Failure error={error} />;
  if (data === undefined) return null;
  if (job === undefined) return <Forgotten id={id} />;
  if (job.receipt !== undefined && job.state === 'done')
    return <Result id={job.id} name={job.name} receipt={job.receipt} />;
  if (job.state === 'cancelled') return <Stopped job={job} />;
  if (job.state === 'failed') return <Failed job={job} />;
  return <Working job={job} />;
}

/** A job that is off the list: the history may have what came out of it. */
function Forgotten({ id }: { readonly id: string }) {
  const { data, isPending } = useRun(id);
  if (data !== undefined) return <Result id={id} name={data.run.name} receipt={data.run.receipt} />;
  if (isPending) return null;
  return (
    <Screen title="This job is not known any more">
      <p>
        It was taken off the list, or Featherweight was started again since. What was finished stands in the history;
        nothing else got a final name.
      </p>
      <Link href="/history">Open the history</Link>
    </Screen>
  );
}

function Failed({ job }: { readonly job: Job }) {
  const retry = useRetryJob();
  return (
    <Screen title={job.name} path={job.path}>
      <Failure error={job.error ?? { message: 'It ended without a reason.' }}>
        <Button loading={retry.isPending} onClick={() => retry.mutate(job.id)}>
          Try again
        </Button>
        <Button component={Link} href={modelLink(job.path)} variant="default">
          Back to the file
        </Button>
        <ReplaceButton job={job} />
      </Failure>
      {retry.error && <Failure error={retry.error} />}
    </Screen>
  );
}
