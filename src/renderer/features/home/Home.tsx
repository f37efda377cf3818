import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { Actions } from '../../components/Actions.tsx';
import { Failure } from '../../components/Failure.tsx';
import { useConnection } from '../../host/connection.tsx';
import { useIncomingFile } from '../../host/incoming-file.ts';
import { useOpenModel, useRuns, useSample } from '../../host/queries.ts';
import { RunList } from '../history/RunList.tsx';
import { DropArea } from './DropArea.tsx';
import classes from './Home.module.css';
import { Incoming } from './Incoming.tsx';

const recentRuns = 5;

/** The drop area is the screen; what was done lately stands under it. */
export function Home() {
  const { native } = useConnection();
  const openModel = useOpenModel();
  const { open, cancel, incoming, error } = useIncomingFile();
  const sample = useSample();
  const runs = useRuns(recentRuns);

  const pick = async (kind: 'file' | 'folder') => {
    const path = await native?.pick(kind);
    if (path !== undefined) openModel(path);
  };
  return (
    <div className={classes.home}>
      <h1 className={classes.title}>Make a model smaller, and prove that it comes back whole</h1>
      {incoming === undefined ? (
        <DropArea onFile={open} onPick={native && (() => pick('file'))} />
      ) : (
        <Incoming {...incoming} onCancel={cancel} />
      )}
      <Actions>
        <Button variant="default" loading={sample.isPending} onClick={() => sample.mutate()}>
          Try the sample
        </Button>
        {native === undefined ? (
          <Button component={Link} href="/browse" variant="default">
            Open from a folder of this machine
          </Button>
        ) : (
          <Button variant="default" onClick={() => void pick('folder')}>
            Open a folder
          </Button>
        )}
      </Actions>
      {error && <Failure error={error} />}
      {sample.error && <Failure error={sample.error} />}
      <p className={classes.quiet}>
        Nothing leaves this machine. Nothing is deleted. In a terminal: <code>fw compress model.safetensors</code>
      </p>
      {runs.data !== undefined && runs.data.length > 0 && (
        <section>
          <h2>Lately</h2>
          <RunList runs={runs.data} />
        </section>
      )}
    </div>
  );
}
