import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { Job } from '../../../contract/jobs.ts';
import { IconChevronDown, IconChevronUp } from '../../components/icons.ts';
import { Sparkline } from '../../components/chart/Sparkline.tsx';
import { Meter } from '../../components/Meter.tsx';
import { useJobs } from '../../host/jobs.ts';
import { useMoments } from '../../host/rates.ts';
import { bytesText, countedText, leftText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import { phaseWords, shareDone } from '../job/progress-words.ts';
import { sortQueue } from './queue-order.ts';
import { QueuePanel } from './QueuePanel.tsx';
import classes from './QueueStrip.module.css';

/** The queue in one line at the bottom, which opens to all of it. Absent while there is nothing to tell. */
export function QueueStrip() {
  const { data = [] } = useJobs();
  const [isOpen, setOpen] = useState(false);
  const [location] = useLocation();
  const queue = sortQueue(data);
  const { current, waiting, paused, attention } = queue;
  const shown = current ?? paused[0];
  const isQuiet = shown === undefined && waiting.length === 0 && attention.length === 0;
  if (isQuiet && !isOpen) return null;
  const isAlone = shown !== undefined && location === `/job/${shown.id}`;
  const counts = [
    ...(waiting.length > 0 ? [`${waiting.length} waiting`] : []),
    ...(paused.length > 0 ? [`${paused.length} paused`] : []),
    ...(attention.length > 0
      ? [`${countedText(attention.length, 'job')} need${attention.length === 1 ? 's' : ''} you`]
      : []),
  ];
  return (
    <aside className={classes.strip} aria-label="Queue">
      {isOpen && <QueuePanel queue={queue} />}
      <div className={classes.line}>
        {shown !== undefined && !isAlone ? <Current job={shown} /> : <span className={classes.rest} />}
        <button type="button" className={classes.toggle} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {counts.length > 0 ? counts.join(' · ') : 'Queue'}
          {isOpen ? <IconChevronDown size={16} aria-hidden /> : <IconChevronUp size={16} aria-hidden />}
        </button>
      </div>
    </aside>
  );
}

function Current({ job }: { readonly job: Job }) {
  const moments = useMoments(job.id);
  const words = phaseWords(job);
  return (
    <>
      <Link href={`/job/${job.id}`} className={classes.name}>
        {visibleText(job.name)}
      </Link>
      <div className={classes.meter}>
        <Meter share={shareDone(job)} label={words} />
      </div>
      <span className={classes.percent}>{Math.floor(shareDone(job) * 100)} %</span>
      {job.state === 'paused' ? (
        <span className={classes.figures}>{words}</span>
      ) : (
        <>
          <span className={classes.spark}>
            <Sparkline values={moments.map(({ rate }) => rate)} label={`Rate, now ${bytesText(job.rate)} a second`} />
          </span>
          <span className={classes.figures}>
            {job.rate > 0 && `${bytesText(job.rate)}/s`}
            {job.secondsLeft !== undefined && ` · ${leftText(job.secondsLeft)}`}
            {job.disk !== undefined && ` · ${bytesText(job.disk.free)} free`}
          </span>
        </>
      )}
    </>
  );
}
