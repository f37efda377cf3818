import { Button } from '@mantine/core';
import type { Job } from '../../../contract/jobs.ts';
import { useStartJob } from '../../host/jobs.ts';

/**
 * Asks again for a job that found something at the place of its output, now to replace that. The engine never replaces an
 * input, so the worst that a wrong guess of the reason can do is the same failure.
 */
export function ReplaceButton({ job: { request, error } }: { readonly job: Job }) {
  const start = useStartJob();
  if (error?.code !== 'USAGE' || request.command === 'verify' || request.overwrite === true) return null;
  return (
    <Button variant="default" loading={start.isPending} onClick={() => start.mutate({ ...request, overwrite: true })}>
      Replace what is there
    </Button>
  );
}
