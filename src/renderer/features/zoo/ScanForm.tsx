import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import { Actions } from '../../components/Actions.tsx';
import { Failure } from '../../components/Failure.tsx';
import { useConnection } from '../../host/connection.tsx';
import { useRoots } from '../../host/models.ts';
import { useLastZoo, useScanZoo } from '../../host/zoo.ts';
import { bytesText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import { summaryWords } from './zoo-words.ts';

/** Which folders to look through, and what was found. Symbolic and hard links are never counted twice. */
export function ScanForm({ isBusy }: { readonly isBusy: boolean }) {
  const { native } = useConnection();
  const roots = useRoots();
  const summary = useLastZoo().data?.summary;
  const scan = useScanZoo();
  const [written, setWritten] = useState<string>();
  const opened = roots.data?.filter(({ isOwn }) => !isOwn).map(({ path }) => path);
  const folders = written ?? (summary?.roots ?? opened ?? []).join('\n');
  const chosen = folders
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen.length > 0) scan.mutate(chosen);
      }}
    >
      <Textarea
        label="Folders with models"
        description="One a line. Folders of Hugging Face, LM Studio, Ollama and ComfyUI are read by the names they give."
        value={folders}
        rows={Math.min(6, Math.max(2, folders.split('\n').length))}
        mb={8}
        onChange={({ currentTarget }) => setWritten(currentTarget.value)}
      />
      <Actions>
        <Button type="submit" disabled={isBusy} {...(summary === undefined ? {} : { variant: 'default' })}>
          {summary === undefined ? 'See what is there' : 'Look again'}
        </Button>
        {native !== undefined && (
          <Button
            variant="default"
            onClick={() =>
              void native.pick('folder').then((path) => {
                if (path !== undefined) setWritten([...chosen, path].join('\n'));
              })
            }
          >
            Add a folder
          </Button>
        )}
        <span>{summary === undefined ? 'Nothing is changed by looking.' : summaryWords(summary)}</span>
      </Actions>
      {scan.error && <Failure error={scan.error} />}
      {summary !== undefined && summary.unreadable.length > 0 && (
        <details>
          <summary>{`${summary.unreadable.length} could not be read`}</summary>
          <ul>
            {summary.unreadable.map(({ path, reason }) => (
              <li key={path}>{`${visibleText(path)}: ${visibleText(reason)}`}</li>
            ))}
          </ul>
        </details>
      )}
      {summary?.models === 0 && (
        <p>{`No model is in there, among ${bytesText(summary.others.bytes)} of other files.`}</p>
      )}
    </form>
  );
}
