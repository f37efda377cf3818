import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { Failure } from '../../components/Failure.tsx';
import { Screen } from '../../components/Screen.tsx';
import { useJobs } from '../../host/queries.ts';
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
  if (job === undefined)
    return (
      <Screen title="This job is not known any more">
        <p>
          Featherweight was started again since. What was finished stands in the history; nothing else got a final name.
        </p>
        <Link href="/history">Open the history</Link>
      </Screen>
    );
  if (job.receipt !== undefined && job.state === 'done') return <Result name={job.name} receipt={job.receipt} />;
  if (job.state === 'cancelled') return <Stopped job={job} />;
  if (job.error !== undefined)
    return (
      <Screen title={job.name} path={job.path}>
        <Failure error={job.error}>
          <Button component={Link} href={modelLink(job.path)}>
            Back to the file
          </Button>
          <ReplaceButton job={job} />
        </Failure>
      </Screen>
    );
  return <Working job={job} />;
}
