import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { useOpen } from '../../app/use-open.ts';
import { Actions } from '../../components/Actions.tsx';
import { Failure } from '../../components/Failure.tsx';
import { NotRemembered } from '../../components/NotRemembered.tsx';
import { useIncomingFile } from '../../host/incoming-file.ts';
import { useSample } from '../../host/models.ts';
import { useRuns } from '../../host/runs.ts';
import { visibleText } from '../../text/visible.ts';
import { WaitingFits } from '../fit/WaitingFits.tsx';
import { RunList } from '../history/RunList.tsx';
import { DropArea } from './DropArea.tsx';
import classes from './Home.module.css';
import { Incoming } from './Incoming.tsx';

const recentRuns = 5;

/** The drop area is the screen; what was done lately stands under it. */
export function Home() {
  const { canPick, pick } = useOpen();
  const {
    open,
    handOver: { incoming, arrived, error },
    show,
  } = useIncomingFile();
  const sample = useSample();
  const { data: recent } = useRuns({ limit: recentRuns });
  return (
    <div className={classes.home}>
      <h1>Make a model smaller, and prove that it comes back whole</h1>
      {incoming === undefined ? (
        <DropArea onFiles={open} onPick={canPick ? () => pick('file') : undefined} />
      ) : (
        <Incoming {...incoming} />
      )}
      <Actions>
        <Button variant="default" loading={sample.isPending} onClick={() => sample.mutate()}>
          Try the sample
        </Button>
        {canPick ? (
          <Button variant="default" onClick={() => void pick('folder')}>
            Open a folder
          </Button>
        ) : (
          <Button component={Link} href="/browse" variant="default">
            Open from a folder of this machine
          </Button>
        )}
      </Actions>
      {arrived !== undefined && (
        <Actions>
          <Button variant="default" onClick={() => show(arrived.path)}>
            Open it
          </Button>
          <span role="status">{`“${visibleText(arrived.name)}” was read meanwhile.`}</span>
        </Actions>
      )}
      {error && <Failure error={error} />}
      {sample.error && <Failure error={sample.error} />}
      <NotRemembered />
      <p className={classes.quiet}>
        Nothing is uploaded. Nothing is deleted unless you ask. In a terminal:{' '}
        <code>fw compress model.safetensors</code>
      </p>
      <WaitingFits />
      {recent !== undefined && recent.runs.length > 0 && (
        <section>
          <h2>Lately</h2>
          <RunList runs={recent.runs} />
        </section>
      )}
    </div>
  );
}
