import { Button } from '@mantine/core';
import { Link } from 'wouter';
import type { Receipt } from '../../../contract/jobs.ts';
import { Actions } from '../../components/Actions.tsx';
import { Failure } from '../../components/Failure.tsx';
import { useConnection } from '../../host/connection.tsx';
import { useStartJob } from '../../host/queries.ts';
import { restoreRequest } from '../model/restore-request.ts';

/** What can be done with a result next. */
export function ResultActions({ receipt: { command, input, output, files } }: { readonly receipt: Receipt }) {
  const { native } = useConnection();
  const start = useStartJob();
  const archive = command === 'compress' ? output : input;
  const isOneFile = command === 'compress' || files.length === 1;
  return (
    <>
      <Actions>
        {output !== undefined && native !== undefined && (
          <Button onClick={() => void native.show(output)}>Show in its folder</Button>
        )}
        {output !== undefined && native === undefined && isOneFile && (
          <Button component="a" href={`/download?path=${encodeURIComponent(output)}`} download>
            {command === 'compress' ? 'Save the archive' : 'Save the file'}
          </Button>
        )}
        {archive !== undefined && command !== 'restore' && (
          <Button variant="default" onClick={() => start.mutate(restoreRequest(archive, files))}>
            Restore the original
          </Button>
        )}
        {archive !== undefined && (
          <Button variant="default" onClick={() => start.mutate({ command: 'verify', archive })}>
            {command === 'restore' ? 'Verify the archive' : 'Verify again'}
          </Button>
        )}
        <Button component={Link} href="/" variant="default">
          Open another file
        </Button>
      </Actions>
      {start.error && <Failure error={start.error} />}
    </>
  );
}
