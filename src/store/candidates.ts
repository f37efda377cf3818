import type { Database } from './database.ts';

/** An archive that a fit has tried; what is not a column is plain data of whoever stores it. */
export interface StoredCandidate {
  readonly fit: string;
  readonly number: number;
  /** The model's place. */
  readonly input: string;
  readonly tried: number;
  readonly bytes: number;
  readonly candidate: unknown;
  readonly tensors: unknown;
}

/** Keeps one, or what is now known of it. */
export async function saveCandidate(
  database: Database,
  { fit, number, input, tried, bytes, candidate, tensors }: StoredCandidate,
): Promise<void> {
  const known = { candidate_json: JSON.stringify(candidate), tensors_json: JSON.stringify(tensors) };
  await database
    .insertInto('candidate')
    .values({ fit_id: fit, number, input, tried, bytes, ...known })
    .onConflict((conflict) => conflict.columns(['fit_id', 'number']).doUpdateSet(known))
    .execute();
}

/** All of a model, smallest first, without their tensors. */
export async function listCandidates(database: Database, input: string): Promise<readonly unknown[]> {
  const rows = await database
    .selectFrom('candidate')
    .select('candidate_json')
    .where('input', '=', input)
    .orderBy('bytes')
    .limit(mostListed)
    .execute();
  return rows.map(({ candidate_json }) => JSON.parse(candidate_json) as unknown);
}

const mostListed = 1000;

/** The tensors of one, or nothing when there is none like that. */
export async function candidateTensors(database: Database, fit: string, number: number): Promise<unknown> {
  const row = await database
    .selectFrom('candidate')
    .select('tensors_json')
    .where('fit_id', '=', fit)
    .where('number', '=', number)
    .executeTakeFirst();
  return row === undefined ? undefined : (JSON.parse(row.tensors_json) as unknown);
}
