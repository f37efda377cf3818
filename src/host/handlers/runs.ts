import { run } from '../../contract/jobs.ts';
import type { History } from '../history.ts';
import type { Handlers } from './handlers.ts';

const runsShown = 20;

/** Finished jobs, newest first. A row that an older version wrote in another shape is left out rather than shown wrong. */
export function runHandlers(history: History): Handlers<'runs.recent'> {
  return {
    'runs.recent': async ({ limit = runsShown }) => {
      const rows = await history.recent(limit);
      return rows.flatMap((row) => {
        const { success, data } = run.safeParse(row);
        return success ? [data] : [];
      });
    },
  };
}
