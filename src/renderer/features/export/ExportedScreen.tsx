import { Button } from '@mantine/core';
import { Link } from 'wouter';
import type { ExportJob } from '../../../contract/exports.ts';
import { Failure } from '../../components/Failure.tsx';
import { Screen } from '../../components/Screen.tsx';
import { WorkProgress } from '../../components/WorkProgress.tsx';
import { useCancelExport, useExport, useExportJobs, useStartExport } from '../../host/exports.ts';
import { bytesText } from '../../text/amounts.ts';
import { exportLink } from '../../text/links.ts';
import { exportPhaseWords, unknownWords } from './export-words.ts';
import { ExportResult } from './ExportResult.tsx';

/** One export: while it works, and how it ended, also after a restart. */
export function ExportedScreen({ id }: { readonly id: string }) {
  const jobs = useExportJobs();
  const job = jobs.data?.find((known) => known.id === id);
  const kept = useExport(id, jobs.data !== undefined && job === undefined);
  const error = jobs.error ?? (job === undefined ? kept.error : null);
  if (error !== null) return <Unknown error={error} />;
  if (job !== undefined && job.receipt === undefined) return <Unfinished job={job} />;
  const { name, receipt } = job ?? kept.data ?? {};
  return name === undefined || receipt === undefined ? null : <ExportResult id={id} name={name} receipt={receipt} />;
}

/** There is no record: most often the program ended before the export did. */
function Unknown({ error }: { readonly error: Error & { readonly code?: string } }) {
  return (
    <Screen title="Export">
      <Failure error={error} {...(error.code === 'NOT_FOUND' && { words: unknownWords })}>
        <Button component={Link} href="/">
          Open a model
        </Button>
      </Failure>
    </Screen>
  );
}

function Unfinished({ job }: { readonly job: ExportJob }) {
  const { id, name, request, state, phase, done, total, secondsLeft, error } = job;
  const cancel = useCancelExport();
  const start = useStartExport();
  const again = (overwrite: boolean) => start.mutate({ ...request, ...(overwrite ? { overwrite } : {}) });
  return (
    <Screen title={`Export ${name}`} path={request.input}>
      {(state === 'queued' || state === 'running' || state === 'done') && (
        <WorkProgress
          words={exportPhaseWords(state, phase)}
          done={done}
          total={total}
          amount={total === 0 ? '' : `${bytesText(done)} of ${bytesText(total)}`}
          secondsLeft={secondsLeft}
          onStop={() => cancel.mutate(id)}
          after="The original is only read; nothing is left of an export that is stopped."
        />
      )}
      {state === 'cancelled' && (
        <div role="status">
          <h2>Stopped</h2>
          <p>Your original is untouched, and nothing is left of the export.</p>
        </div>
      )}
      {state === 'failed' && (
        <Failure error={error ?? { message: 'It ended without a reason.' }}>
          {error?.code === 'USAGE' && request.overwrite !== true && (
            <Button loading={start.isPending} onClick={() => again(true)}>
              Replace what is there
            </Button>
          )}
          <Button variant="default" loading={start.isPending} onClick={() => again(false)}>
            Try again
          </Button>
        </Failure>
      )}
      {(state === 'failed' || state === 'cancelled') && (
        <p>
          <Link href={exportLink(request.input)}>Choose another kind of file</Link>
        </p>
      )}
    </Screen>
  );
}
