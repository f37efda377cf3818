import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useRef, useState } from 'react';
import { Link } from 'wouter';
import type { ModelSummary } from '../../../contract/models.ts';
import { useShortcut } from '../../app/use-shortcut.ts';
import { Actions } from '../../components/Actions.tsx';
import { Facts } from '../../components/Facts.tsx';
import { Failure } from '../../components/Failure.tsx';
import { Screen } from '../../components/Screen.tsx';
import { TaskChoice } from '../../components/TaskChoice.tsx';
import { useExportRefusals, useStartExport } from '../../host/exports.ts';
import { useModel } from '../../host/models.ts';
import { useCatalog } from '../../host/settings.ts';
import { bytesText, countedText } from '../../text/amounts.ts';
import { modelLink } from '../../text/links.ts';
import { fileName } from '../../text/visible.ts';
import classes from './ExportScreen.module.css';
import { suitedTargets } from './export-words.ts';
import { TargetChoice } from './TargetChoice.tsx';

/** Of the channels that can be taken out of a model. */
const channelShares = [0.1, 0.2, 0.3, 0.5] as const;

/** A model or an archive before it is exported: which kind of file, and where to. */
export function ExportScreen({ path }: { readonly path: string }) {
  const { data, error } = useModel(path);
  return (
    <Screen title={`Export ${fileName(path)}`} path={path}>
      {error && <Failure error={error} />}
      {data !== undefined && <ExportForm model={data} />}
    </Screen>
  );
}

function ExportForm({ model: { path, bytes, files } }: { readonly model: ModelSummary }) {
  const { data: catalog } = useCatalog();
  const refusals = useExportRefusals(path);
  const start = useStartExport();
  const [chosen, setChosen] = useState<string>();
  const [output, setOutput] = useState('');
  const [task, setTask] = useState('');
  const [channels, setChannels] = useState<number>(channelShares[0]);
  const form = useRef<HTMLFormElement>(null);
  useShortcut('start', () => form.current?.requestSubmit());
  // A model that cannot be looked at tells so when it is exported.
  if (catalog === undefined || refusals.isPending) return null;
  const formats = [...new Set(files.map(({ format }) => format))];
  const { suited, others } = suitedTargets(catalog.exports, formats, refusals.data ?? []);
  const target = suited.find(({ id }) => id === chosen) ?? suited[0];
  return (
    <form
      ref={form}
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (target !== undefined)
          start.mutate({
            ...{ input: path, target: target.id, ...(output === '' ? {} : { output }) },
            ...(target.learns && task !== '' ? { task, channels } : {}),
          });
      }}
    >
      <p>{`A smaller file of ${bytesText(bytes)} that the program you already use opens as it is.`}</p>
      {target === undefined ? (
        <p>No other program reads what this file could become. It can be compressed exactly all the same.</p>
      ) : (
        <>
          <TargetChoice targets={suited} value={target.id} onChange={setChosen} />
          {target.learns && (
            <>
              <TaskChoice value={task} onChange={setTask} none="None yet" saysOfNone="Such as the model will see." />
              <NativeSelect
                label="Channels to take out"
                description="Of those that can be. Evaluate the result against the original before it is used."
                value={channels}
                data={channelShares.map((share) => ({ value: String(share), label: `${Math.round(100 * share)} %` }))}
                onChange={({ currentTarget }) => setChannels(Number(currentTarget.value))}
              />
            </>
          )}
          <TextInput
            label="Where to"
            description="A file, or a folder where the model has several. Empty: beside the model, with the kind in its name."
            value={output}
            onChange={({ currentTarget }) => setOutput(currentTarget.value)}
          />
          <Actions>
            <Button type="submit" loading={start.isPending} disabled={target.learns && task === ''}>
              {`Export as ${target.title}`}
            </Button>
            <span>The original is only read. The new file gets its name once it was loaded.</span>
          </Actions>
        </>
      )}
      {start.error && <Failure error={start.error} />}
      {others.length > 0 && (
        <details>
          <summary>{`${countedText(others.length, 'kind')} cannot be made of this`}</summary>
          <Facts facts={others.map(({ target: { title }, why }) => [title, why])} />
        </details>
      )}
      <p>
        <Link href={modelLink(path)}>Back to the model</Link>
      </p>
    </form>
  );
}
