import { Button } from '@mantine/core';
import { Link } from 'wouter';
import type { Job } from '../../../contract/jobs.ts';
import { Actions } from '../../components/Actions.tsx';
import { Screen } from '../../components/Screen.tsx';
import { modelLink } from '../../text/links.ts';

const left: Readonly<Record<Job['command'], string>> = {
  compress: 'Your original is untouched. The unfinished file was removed.',
  restore: 'The archive is untouched. The unfinished file was removed.',
  verify: 'The archive is untouched. Nothing was written.',
};

/** A job that the person stopped; no failure, so it does not look like one. */
export function Stopped({ job }: { readonly job: Job }) {
  return (
    <Screen title={job.name} path={job.path}>
      <div role="status">
        <h2>Stopped</h2>
        <p>{left[job.command]}</p>
      </div>
      <Actions>
        <Button component={Link} href={modelLink(job.path)}>
          Back to the file
        </Button>
      </Actions>
    </Screen>
  );
}
