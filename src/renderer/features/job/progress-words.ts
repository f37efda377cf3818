import { isWorking, type Job } from '../../../contract/jobs.ts';
import { bytesText } from '../../text/amounts.ts';

const phases: Readonly<Record<string, string>> = {
  scan: 'Reading the headers',
  measure: 'Looking at the weights',
  compress: 'Compressing, and proving each block as it is written',
  prove: 'Reading the archive back and comparing every byte',
  flush: 'Waiting for the disk to have it all',
  restore: 'Restoring, and checking each block',
  verify: 'Reading back and checking each block',
};

const pauses: Readonly<Record<string, string>> = {
  you: 'Paused. What is proved is kept',
  disk: 'Paused, because the drive is full. It goes on by itself when there is room',
  battery: 'Paused on battery. It goes on when there is power',
  quit: 'Paused, because Featherweight was closed',
};

const states: Readonly<Partial<Record<Job['state'], string>>> = {
  queued: 'Waiting for the job before it',
  'checking-space': 'Checking that there is room',
  done: 'Done',
  failed: 'Needs attention',
  cancelled: 'Stopped',
};

/** What a job does now, in words. */
export function phaseWords({ state, phase, pausedBy, disk }: Job): string {
  if (state === 'paused' && pausedBy === 'disk' && disk !== undefined)
    return `${pauses['disk'] ?? ''}: ${bytesText(disk.free)} free, ${bytesText(disk.needed)} needed`;
  if (state === 'paused') return pauses[pausedBy ?? 'you'] ?? 'Paused';
  if (isWorking(state) && pausedBy !== undefined) return 'Finishing what is in hand, then pausing';
  return states[state] ?? phases[phase ?? 'scan'] ?? 'Working';
}

/** From 0 to 1, of the phase that runs. */
export function shareDone({ bytesDone, bytesTotal, state }: Job): number {
  if (state === 'done') return 1;
  return bytesTotal === 0 ? 0 : Math.min(1, bytesDone / bytesTotal);
}
