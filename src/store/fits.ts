import type { Database } from './database.ts';

/** A fit that has not ended; what is not its id is plain data of whoever stores it. */
export interface StoredFit {
  readonly id: string;
}

/** Keeps all fits that have not ended, in their order, whole or not at all. */
export async function saveFits(database: Database, fits: readonly StoredFit[]): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    await transaction.deleteFrom('fit').execute();
    if (fits.length === 0) return;
    const rows = fits.map((fit, place) => ({ id: fit.id, place, fit_json: JSON.stringify(fit) }));
    await transaction.insertInto('fit').values(rows).execute();
  });
}

export async function loadFits(database: Database): Promise<readonly unknown[]> {
  const rows = await database.selectFrom('fit').select('fit_json').orderBy('place').execute();
  return rows.map(({ fit_json }) => JSON.parse(fit_json) as unknown);
}
