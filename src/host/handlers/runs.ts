import { HostError } from '../../contract/errors.ts';
import { run, type Run } from '../../contract/jobs.ts';
import type { History } from '../history.ts';
import type { Handlers } from './handlers.ts';

const runsShown = 20;

/** Finished jobs, newest first. A row that an older version wrote in another shape is left out rather than shown wrong. */
export function runHandlers(
  history: History,
): Handlers<'runs.recent' | 'runs.list' | 'runs.get' | 'runs.tensors' | 'runs.compare'> {
  const recent = async (limit: number): Promise<Run[]> => {
    const rows = await history.recent(limit);
    return rows.flatMap((row) => {
      const { success, data } = run.safeParse(row);
      return success ? [data] : [];
    });
  };
  return {
    'runs.recent': ({ limit = runsShown }) => recent(limit),
    'runs.list': async ({ limit = runsShown, offset = 0 }) => {
      const runs = await recent(200);
      return { runs: runs.slice(offset, offset + limit), total: runs.length };
    },
    'runs.get': notYet,
    'runs.tensors': notYet,
    'runs.compare': notYet,
  };
}

function notYet(): never {
  throw new HostError({ code: 'UNSUPPORTED', message: 'This version cannot show that of a run yet.' });
}
