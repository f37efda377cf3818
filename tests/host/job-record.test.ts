import { expect, test } from 'vitest';
import type { Job } from '../../src/contract/jobs.ts';
import { advance, newJob } from '../../src/host/jobs/job-record.ts';

test('a job that is coded and proved at once tells of one phase after the other, and never goes back', () => {
  const bytesTotal = 30;
  const progress = (phase: 'compress' | 'prove' | 'flush', bytesDone: number) =>
    ({ type: 'progress', phase, bytesDone, bytesTotal, bytesOut: bytesDone, rate: 1, secondsLeft: 1 }) as const;
  let job: Job = { ...newJob({ command: 'compress', input: '/model' }), state: 'compressing', bytesTotal };
  const told: string[] = [];
  for (const [phase, bytesDone] of [
    ...[['compress', 10] as const, ['compress', 20] as const, ['prove', 10] as const],
    ...[['compress', 30] as const, ['prove', 20] as const, ['prove', 30] as const, ['flush', 30] as const],
  ]) {
    job = advance(job, progress(phase, bytesDone));
    told.push(`${job.state} ${job.phase} ${job.bytesDone}`);
  }
  expect(told).toEqual([
    'compressing compress 10',
    'compressing compress 20',
    'compressing compress 20',
    'compressing compress 30',
    'verifying prove 20',
    'verifying prove 30',
    'verifying flush 30',
  ]);
});
