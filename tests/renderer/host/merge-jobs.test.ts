import { expect, test } from 'vitest';
import type { Job } from '../../../src/contract/jobs.ts';
import { mergeJobs } from '../../../src/renderer/host/merge-jobs.ts';

const job = (id: string, revision: number, state: Job['state']) => ({ id, revision, state }) as Job;

test('an answer that comes late does not undo what events have told since', () => {
  const known = [job('a', 7, 'done')];
  const late = [job('a', 3, 'compressing'), job('b', 0, 'queued')];
  expect(mergeJobs(known, late)).toEqual([job('a', 7, 'done'), job('b', 0, 'queued')]);
  expect(mergeJobs(late, known)).toEqual([job('a', 7, 'done'), job('b', 0, 'queued')]);
});
