import { Button } from '@mantine/core';
import { Link } from 'wouter';
import type { ExportReceipt } from '../../../contract/exports.ts';
import { useShortcut } from '../../app/use-shortcut.ts';
import { Actions } from '../../components/Actions.tsx';
import { saveText } from '../../components/chart/save.ts';
import { useConnection } from '../../host/connection.tsx';
import { accuracyLink, exportLink } from '../../text/links.ts';
import { DragOut } from '../job/DragOut.tsx';

interface ExportActionsProps {
  readonly id: string;
  readonly name: string;
  readonly receipt: ExportReceipt;
}

/** What can be done with an export next. */
export function ExportActions({ id, name, receipt }: ExportActionsProps) {
  const { input, output, target, files } = receipt;
  const { native } = useConnection();
  const saveReceipt = () =>
    saveText(`${name}.${target}.receipt.json`, 'application/json', JSON.stringify({ id, name, ...receipt }, null, 2));
  useShortcut('export', saveReceipt);
  return (
    <Actions>
      {native !== undefined && <Button onClick={() => void native.show(output)}>Show in its folder</Button>}
      {native?.startDrag !== undefined && <DragOut path={output} start={native.startDrag} />}
      {native === undefined && files.length === 1 && (
        <Button component="a" href={`/download?path=${encodeURIComponent(output)}`} download>
          Save the file
        </Button>
      )}
      <Button variant="default" component={Link} href={accuracyLink({ original: input, candidate: output })}>
        Measure its accuracy
      </Button>
      <Button variant="default" component={Link} href={exportLink(input)}>
        Export in another form
      </Button>
      <Button variant="default" onClick={saveReceipt}>
        Save the receipt
      </Button>
      <Button component={Link} href="/" variant="default">
        Open another file
      </Button>
    </Actions>
  );
}
