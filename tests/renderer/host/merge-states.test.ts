import { expect, test } from 'vitest';
import type { Job } from '../../../src/contract/jobs.ts';
import { listedJobs, mergeStates, newerState } from '../../../src/renderer/host/merge-states.ts';

const job = (id: string, revision: number, state: Job['state']) => ({ id, revision, state }) as Job;

test('an answer that comes late does not undo what events have told since', () => {
  const known = [job('a', 7, 'done')];
  const late = [job('a', 3, 'compressing'), job('b', 0, 'queued')];
  expect(mergeStates(known, late)).toEqual([job('a', 7, 'done'), job('b', 0, 'queued')]);
  expect(mergeStates(late, known)).toEqual([job('a', 7, 'done'), job('b', 0, 'queued')]);
});

test('of one thing the newer state stays, whichever arrives last', () => {
  const [older, newer] = [{ revision: 3 }, { revision: 4 }];
  expect(newerState(undefined, older)).toBe(older);
  expect(newerState(older, newer)).toBe(newer);
  expect(newerState(newer, older)).toBe(newer);
});

test('a job that another window took off the list is taken off it here, and the rest has its order', () => {
  const jobs = [job('a', 1, 'failed'), job('b', 1, 'queued'), job('c', 1, 'queued')];
  expect(listedJobs(jobs, ['c', 'b', 'not told yet']).map(({ id }) => id)).toEqual(['c', 'b']);
});
