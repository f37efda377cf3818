import type { Report } from '../engine/pipeline/events.ts';
import type { Database } from './database.ts';

/** A finished job with what is shown of it; `receipt` is plain data of whoever stores it. */
export interface StoredRun {
  readonly id: string;
  readonly name: string;
  readonly finished: number;
  readonly report: Report;
  readonly receipt: unknown;
}

export interface RecentRun {
  readonly id: string;
  readonly command: string;
  readonly name: string;
  readonly finished: number;
  readonly receipt: unknown;
}

/** Keeps one finished job. */
export async function addRun(database: Database, { id, name, finished, report, receipt }: StoredRun): Promise<void> {
  await database
    .insertInto('run')
    .values({
      id,
      command: report.command,
      name,
      input: report.input,
      output: report.output ?? null,
      finished,
      bytes_in: report.bytesIn,
      bytes_out: report.bytesOut,
      sha256: report.sha256,
      receipt_json: JSON.stringify(receipt),
      report_json: JSON.stringify(report),
    })
    .execute();
}

/** The newest `limit` jobs, newest first. */
export async function recentRuns(database: Database, limit: number): Promise<readonly RecentRun[]> {
  const rows = await database
    .selectFrom('run')
    .select(['id', 'command', 'name', 'finished', 'receipt_json'])
    .orderBy('finished', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ receipt_json, ...row }) => ({ ...row, receipt: JSON.parse(receipt_json) as unknown }));
}

/** The engine's whole report of a job, or nothing when there is no such job. */
export async function reportOf(database: Database, id: string): Promise<Report | undefined> {
  const row = await database.selectFrom('run').select('report_json').where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : (JSON.parse(row.report_json) as Report);
}
