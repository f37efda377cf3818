import { Button, Menu } from '@mantine/core';
import { useState } from 'react';
import { useShortcut } from '../../app/use-shortcut.ts';
import { isWorking, type Job } from '../../../contract/jobs.ts';
import { useSteerJob } from '../../host/jobs.ts';
import { visibleText } from '../../text/visible.ts';

interface StopMenuProps {
  readonly job: Job;
  /** Whether Space and ⌘. mean this job; one at a time. */
  readonly hasKeys?: boolean;
  /** Whether it stands among others, so that its buttons need the job's name for those who do not see which row they are in. */
  readonly isNamed?: boolean;
}

/** The ways to stop a job, each named by what it keeps, and the way on for one that is paused. */
export function StopMenu({ job, hasKeys = false, isNamed = false }: StopMenuProps) {
  const steer = useSteerJob();
  const [isOpen, setOpen] = useState(false);
  const { id, state, command } = job;
  const label = (words: string) => (isNamed ? { 'aria-label': `${words} ${visibleText(job.name)}` } : {});
  const works = isWorking(state);
  const isPaused = state === 'paused';
  const pause = (when: 'now' | 'after-tensor') => steer.mutate({ call: 'jobs.pause', id, when });
  // A job may have paused before the call that asked for it is answered; the way on is open then, and takes the focus.
  const isResuming = steer.isPending && steer.variables.call === 'jobs.resume';
  const resume = () => steer.mutate({ call: 'jobs.resume', id });
  const cancel = () => steer.mutate({ call: 'jobs.cancel', id });
  useShortcut('pause', hasKeys ? (isPaused ? resume : works ? () => pause('now') : undefined) : undefined);
  useShortcut('stop', hasKeys && (works || isPaused) ? () => setOpen(true) : undefined);
  return (
    <>
      {isPaused && (
        <Button {...label('Go on with')} onClick={resume} loading={isResuming}>
          Go on
        </Button>
      )}
      {works && (
        <Button
          {...label('Pause')}
          variant="default"
          onClick={() => pause('now')}
          disabled={job.pausedBy !== undefined}
        >
          Pause
        </Button>
      )}
      <Menu opened={isOpen} onChange={setOpen} position="top-start" withinPortal={false}>
        <Menu.Target>
          <Button {...label('Stop …')} variant="default">
            Stop …
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {works && <Menu.Item onClick={() => pause('after-tensor')}>Finish this tensor and pause</Menu.Item>}
          {works && <Menu.Item onClick={() => pause('now')}>Pause now</Menu.Item>}
          <Menu.Item onClick={cancel}>
            {command === 'verify' ? 'Cancel; nothing was written' : 'Cancel and remove the unfinished file'}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
