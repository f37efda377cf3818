import type { EvaluationReport } from '../evaluation/report.ts';
import type { Database } from './database.ts';

/** A finished evaluation; `summary` is plain data of whoever stores it. */
export interface StoredEvaluation {
  readonly id: string;
  readonly finished: number;
  readonly report: EvaluationReport;
  readonly summary: unknown;
}

/** Keeps one. */
export async function addEvaluation(
  database: Database,
  { id, finished, report, summary }: StoredEvaluation,
): Promise<void> {
  await database
    .insertInto('evaluation')
    .values({
      id,
      finished,
      candidate_sha256: report.candidate.sha256,
      original_sha256: report.original?.sha256 ?? null,
      task_sha256: report.task?.sha256 ?? null,
      summary_json: JSON.stringify(summary),
      report_json: JSON.stringify(report),
    })
    .execute();
}

/** Summaries, newest first; of one original or one candidate if it is named. */
export async function listEvaluations(
  database: Database,
  {
    original,
    candidate,
    limit,
  }: { readonly original?: string | undefined; readonly candidate?: string | undefined; readonly limit: number },
): Promise<readonly unknown[]> {
  let query = database.selectFrom('evaluation').select('summary_json');
  if (original !== undefined) query = query.where('original_sha256', '=', original);
  if (candidate !== undefined) query = query.where('candidate_sha256', '=', candidate);
  const rows = await query.orderBy('finished', 'desc').limit(limit).execute();
  return rows.map(({ summary_json }) => JSON.parse(summary_json) as unknown);
}

/** The whole report, or nothing when there is no such evaluation. */
export async function evaluationReportOf(database: Database, id: string): Promise<EvaluationReport | undefined> {
  const row = await database.selectFrom('evaluation').select('report_json').where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : (JSON.parse(row.report_json) as EvaluationReport);
}
