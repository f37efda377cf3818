import { isWorking, type Job } from '../../../contract/jobs.ts';
import { Actions } from '../../components/Actions.tsx';
import figures from '../../components/figures.module.css';
import { Meter } from '../../components/Meter.tsx';
import { Screen } from '../../components/Screen.tsx';
import { useModelMap } from '../../host/models.ts';
import { useMoments } from '../../host/rates.ts';
import { bytesText, changeText, countedText, leftText } from '../../text/amounts.ts';
import { Legend } from '../model/Legend.tsx';
import { StopMenu } from '../queue/StopMenu.tsx';
import { phaseWords, shareDone } from './progress-words.ts';
import classes from './Working.module.css';
import { WorkingLine } from './WorkingLine.tsx';
import { WorkingMap } from './WorkingMap.tsx';

/** A job that works, waits or is paused: how far, how fast, how long, and the ways to stop it. */
export function Working({ job }: { readonly job: Job }) {
  const { id, bytesDone, bytesTotal, bytesOut, rate, secondsLeft, memory, disk, command, state } = job;
  const map = useModelMap(job.path);
  const moments = useMoments(id);
  const share = shareDone(job);
  const words = phaseWords(job);
  const quarter = Math.floor(share * 4) * 25;
  const sofar = command === 'compress' && bytesDone > 0 ? ` · ${changeText(bytesDone, bytesOut)} so far` : '';
  return (
    <Screen title={job.name} path={job.path}>
      <section aria-label="Progress">
        <p className={classes.line}>
          <span className={figures.large}>{Math.floor(share * 100)} %</span>
          <span className={classes.left}>
            {secondsLeft === undefined || !isWorking(state) ? '' : leftText(secondsLeft)}
          </span>
        </p>
        <p className={figures.quiet}>{words}</p>
      </section>
      <Meter share={share} label={words} />
      <p role="status" className="sr-only">
        {`${words}, ${quarter} % done`}
      </p>
      {map.data !== undefined && map.data.groups.length > 0 && (
        <div>
          <WorkingMap map={map.data} share={share} />
          <Legend
            title="Tensors"
            entries={[
              { color: 'var(--fw-done)', words: command === 'compress' ? 'written and proved' : 'decoded and checked' },
              { color: 'var(--fw-soon)', words: 'in work' },
              { color: 'var(--fw-empty)', words: 'to come' },
            ]}
          />
        </div>
      )}
      <div className={classes.lines}>
        <WorkingLine
          title="Rate"
          value={rate > 0 ? `${bytesText(rate)}/s` : 'not known yet'}
          values={moments.map((moment) => moment.rate)}
        />
        <WorkingLine
          title="Memory"
          value={memory === undefined ? 'not known yet' : bytesText(memory)}
          values={moments.flatMap((moment) => moment.memory ?? [])}
        />
        {command !== 'verify' && (
          <WorkingLine
            title={disk === undefined ? 'Written' : 'Room on the drive'}
            value={disk === undefined ? `${bytesText(bytesOut)}${sofar}` : `${bytesText(disk.free)} free`}
            values={moments.map((moment) => moment.bytesOut)}
          />
        )}
      </div>
      <p className={classes.done}>
        {`${bytesText(bytesDone)} of ${bytesText(bytesTotal)}`}
        {job.tensorsDone > 0 && ` · ${countedText(job.tensorsDone, 'tensor')} done`}
      </p>
      <Actions>
        <StopMenu job={job} hasKeys />
        <span>
          {job.resumable
            ? 'You can close Featherweight: it goes on from here when you open it again.'
            : 'The original stays as it is, whatever you do here.'}
        </span>
      </Actions>
    </Screen>
  );
}
