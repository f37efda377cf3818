import { Link, useLocation } from 'wouter';
import { isWorking } from '../../../contract/jobs.ts';
import { Meter } from '../../components/Meter.tsx';
import { useJobs } from '../../host/queries.ts';
import { visibleText } from '../../text/visible.ts';
import classes from './JobStrip.module.css';
import { phaseWords, shareDone } from './progress-words.ts';

/** The job that runs, at the bottom of every screen but its own. */
export function JobStrip() {
  const { data } = useJobs();
  const [location] = useLocation();
  const job = data?.find(({ state }) => isWorking(state));
  if (job === undefined || location === `/job/${job.id}`) return null;
  const waiting = data?.filter(({ state }) => state === 'queued').length ?? 0;
  return (
    <aside className={classes.strip} aria-label="Running job">
      <Link href={`/job/${job.id}`}>{visibleText(job.name)}</Link>
      <Meter share={shareDone(job)} label={phaseWords(job)} />
      <span>{waiting === 0 ? `${Math.floor(shareDone(job) * 100)} %` : `${waiting} more waiting`}</span>
    </aside>
  );
}
