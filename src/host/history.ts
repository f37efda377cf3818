import type { Job } from '../contract/jobs.ts';
import type { Report } from '../engine/index.ts';
import { openDatabase } from '../store/database.ts';
import { addRun, recentRuns, type RecentRun } from '../store/runs.ts';

/** Finished jobs over restarts. */
export interface History {
  /** False when it is kept in memory only, because there is no database or it could not be opened. */
  readonly remembers: boolean;
  add(job: Job, report: Report): Promise<void>;
  recent(limit: number): Promise<readonly RecentRun[]>;
  close(): Promise<void>;
}

/**
 * Opens the history in the database at `path`. A history is worth less than the work: if the file cannot be opened or
 * written, jobs go on and `warn` is told why.
 */
export async function openHistory(path: string | undefined, warn: (message: string) => void): Promise<History> {
  let remembers = path !== undefined;
  const database = await openDatabase(path ?? ':memory:').catch((error: unknown) => {
    remembers = false;
    warn(`The history "${path ?? ''}" cannot be opened (${messageOf(error)}); this session is not remembered.`);
    return openDatabase(':memory:');
  });
  return {
    remembers,
    async add({ id, name, receipt }, report) {
      try {
        await addRun(database, { id, name, finished: Date.now(), report, receipt });
      } catch (error) {
        warn(`The history could not be written (${messageOf(error)}).`);
      }
    },
    recent: (limit) => recentRuns(database, limit),
    close: () => database.destroy(),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
