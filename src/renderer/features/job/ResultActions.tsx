import { Button } from '@mantine/core';
import { Link } from 'wouter';
import type { Receipt } from '../../../contract/jobs.ts';
import { useShortcut } from '../../app/use-shortcut.ts';
import { Actions } from '../../components/Actions.tsx';
import { saveText } from '../../components/chart/save.ts';
import { Failure } from '../../components/Failure.tsx';
import { useConnection } from '../../host/connection.tsx';
import { useStartJob } from '../../host/jobs.ts';
import { accuracyLink, exportLink } from '../../text/links.ts';
import { restoreRequest, verifyRequest } from '../model/restore-request.ts';
import { DragOut } from './DragOut.tsx';
import { ReplaceOriginal } from './ReplaceOriginal.tsx';

interface ResultActionsProps {
  readonly id: string;
  readonly name: string;
  readonly receipt: Receipt;
}

/** What can be done with a result next. */
export function ResultActions({ id, name, receipt }: ResultActionsProps) {
  const { command, input, output, files, basePaths } = receipt;
  const { native } = useConnection();
  const start = useStartJob();
  const archive = command === 'compress' ? output : input;
  const isApproximate = receipt.approximation !== undefined;
  const isOneFile = command === 'compress' || files.length === 1;
  const saveReceipt = () =>
    saveText(`${name}.receipt.json`, 'application/json', JSON.stringify({ id, name, ...receipt }, null, 2));
  useShortcut('export', saveReceipt);
  return (
    <>
      <Actions>
        {output !== undefined && native !== undefined && (
          <>
            <Button onClick={() => void native.show(output)}>Show in its folder</Button>
            {native.startDrag !== undefined && <DragOut path={output} start={native.startDrag} />}
          </>
        )}
        {output !== undefined && native === undefined && isOneFile && (
          <Button component="a" href={`/download?path=${encodeURIComponent(output)}`} download>
            {command === 'compress' ? 'Save the archive' : 'Save the file'}
          </Button>
        )}
        {command === 'compress' && !isApproximate && <ReplaceOriginal run={id} />}
        {archive !== undefined && command !== 'restore' && (
          <Button variant="default" onClick={() => start.mutate(restoreRequest(archive, files, basePaths))}>
            {isApproximate ? 'Restore the model' : 'Restore the original'}
          </Button>
        )}
        {archive !== undefined && (
          <Button variant="default" onClick={() => start.mutate(verifyRequest(archive, basePaths))}>
            {command === 'restore' ? 'Verify the archive' : 'Verify again'}
          </Button>
        )}
        {isApproximate && (
          <Button component={Link} href={accuracyLink({ original: input, candidate: output })} variant="default">
            Measure its accuracy
          </Button>
        )}
        {archive !== undefined && command === 'compress' && (
          <Button component={Link} href={exportLink(archive)} variant="default">
            Export for another program
          </Button>
        )}
        {command === 'compress' && (
          <Button component={Link} href={`/compare/${id}`} variant="default">
            Compare
          </Button>
        )}
        <Button variant="default" onClick={saveReceipt}>
          Save the receipt
        </Button>
        <Button component={Link} href="/" variant="default">
          Open another file
        </Button>
      </Actions>
      {start.error && <Failure error={start.error} />}
    </>
  );
}
