import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Job } from '../../../contract/jobs.ts';
import { Failure } from '../../components/Failure.tsx';
import { LinkButton } from '../../components/LinkButton.tsx';
import { failureWords } from '../../components/failure-words.ts';
import { useRetryJob, useSteerJob } from '../../host/jobs.ts';
import { visibleText } from '../../text/visible.ts';
import { phaseWords, shareDone } from '../job/progress-words.ts';
import { moveTarget, type Queue } from './queue-order.ts';
import classes from './QueuePanel.module.css';
import { StopMenu } from './StopMenu.tsx';

/** Every job, by what a person can do with it. */
export function QueuePanel({ queue: { current, waiting, paused, attention, ended } }: { readonly queue: Queue }) {
  const steer = useSteerJob();
  const retry = useRetryJob();
  const error = steer.error ?? retry.error;
  const isEmpty = current === undefined && [waiting, paused, attention, ended].every(({ length }) => length === 0);
  const move = (id: string, way: 'up' | 'down') => () => {
    const before = moveTarget(waiting, id, way);
    steer.mutate({ call: 'jobs.move', id, ...(before === undefined ? {} : { before }) });
  };
  const remove = ({ id, name }: Job) => (
    <LinkButton label={`Take ${name} off the list`} onClick={() => steer.mutate({ call: 'jobs.remove', id })}>
      Remove
    </LinkButton>
  );
  return (
    <div className={classes.panel}>
      {error !== null && <Failure error={error} />}
      {isEmpty && <p>No job waits or works. What you start will stand here.</p>}
      <Group title="Needs attention" jobs={attention}>
        {(job) => (
          <>
            <LinkButton label={`Try ${job.name} again`} onClick={() => retry.mutate(job.id)}>
              Try again
            </LinkButton>
            {remove(job)}
          </>
        )}
      </Group>
      <Group title="Working" jobs={current === undefined ? [] : [current]}>
        {(job) => <StopMenu job={job} isNamed />}
      </Group>
      <Group title="Paused" jobs={paused}>
        {(job) => <StopMenu job={job} isNamed />}
      </Group>
      <Group title="Waiting" jobs={waiting}>
        {(job, index) => (
          <>
            {index > 0 && (
              <LinkButton label={`Move ${job.name} up`} onClick={move(job.id, 'up')}>
                Up
              </LinkButton>
            )}
            {index < waiting.length - 1 && (
              <LinkButton label={`Move ${job.name} down`} onClick={move(job.id, 'down')}>
                Down
              </LinkButton>
            )}
            <LinkButton label={`Cancel ${job.name}`} onClick={() => steer.mutate({ call: 'jobs.cancel', id: job.id })}>
              Cancel
            </LinkButton>
          </>
        )}
      </Group>
      <Group title="Ended" jobs={ended.slice(0, 8)}>
        {remove}
      </Group>
      {attention.length > 1 && (
        <Button variant="default" onClick={() => attention.forEach(({ id }) => retry.mutate(id))}>
          Try all again
        </Button>
      )}
    </div>
  );
}

interface GroupProps {
  readonly title: string;
  readonly jobs: readonly Job[];
  readonly children: (job: Job, index: number) => ReactNode;
}

function Group({ title, jobs, children }: GroupProps) {
  if (jobs.length === 0) return null;
  return (
    <section>
      <h2>{title}</h2>
      <ul className={classes.list}>
        {jobs.map((job, index) => (
          <li key={job.id} className={classes.job}>
            <Link href={`/job/${job.id}`} className={classes.name}>
              {visibleText(job.name)}
            </Link>
            <span className={classes.words}>
              {job.error === undefined ? phaseWords(job) : failureWords(job.error.code).title}
              {job.state === 'paused' && ` · ${Math.floor(shareDone(job) * 100)} % done`}
            </span>
            <span className={classes.actions}>{children(job, index)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
