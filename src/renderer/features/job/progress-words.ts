import type { Job } from '../../../contract/jobs.ts';

const phases: Readonly<Record<string, string>> = {
  scan: 'Reading the headers',
  compress: 'Compressing, and proving each block as it is written',
  prove: 'Reading the archive back and comparing every byte',
  flush: 'Waiting for the disk to have it all',
  restore: 'Restoring, and checking each block',
  verify: 'Reading back and checking each block',
};

/** What a job does now, in words. */
export function phaseWords({ state, phase }: Job): string {
  if (state === 'queued') return 'Waiting for the job before it';
  return phases[phase ?? 'scan'] ?? 'Working';
}

/** From 0 to 1, of the phase that runs. */
export function shareDone({ bytesDone, bytesTotal }: Job): number {
  return bytesTotal === 0 ? 0 : Math.min(1, bytesDone / bytesTotal);
}
