import type { Database } from './database.ts';

/** A job that has not ended; `job` is plain data of whoever stores it. */
export interface StoredJob {
  readonly id: string;
  readonly state: string;
  readonly job: unknown;
}

/** Keeps the whole queue as it is now, in its order, whole or not at all. */
export async function saveJobs(database: Database, jobs: readonly StoredJob[]): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    await transaction.deleteFrom('job').execute();
    if (jobs.length === 0) return;
    const rows = jobs.map(({ id, state, job }, place) => ({ id, place, state, job_json: JSON.stringify(job) }));
    await transaction.insertInto('job').values(rows).execute();
  });
}

export async function loadJobs(database: Database): Promise<readonly StoredJob[]> {
  const rows = await database.selectFrom('job').select(['id', 'state', 'job_json']).orderBy('place').execute();
  return rows.map(({ id, state, job_json }) => ({ id, state, job: JSON.parse(job_json) as unknown }));
}
