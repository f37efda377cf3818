import type { Database } from './database.ts';

/** `scan` is what was found, `plan` what is to become of it, `run` how far that is; plain data of whoever stores it. */
export type ZooPart = 'scan' | 'plan' | 'run';

/** Keeps one part; those that follow from an older one are forgotten with it. */
export async function saveZoo(database: Database, part: ZooPart, value: unknown): Promise<void> {
  const parts = ['scan', 'plan', 'run'] as const;
  await database.transaction().execute(async (transaction) => {
    await transaction
      .deleteFrom('zoo')
      .where('part', 'in', parts.slice(parts.indexOf(part)))
      .execute();
    await transaction
      .insertInto('zoo')
      .values({ part, value_json: JSON.stringify(value) })
      .execute();
  });
}

export async function loadZoo(database: Database): Promise<Readonly<Partial<Record<ZooPart, unknown>>>> {
  const rows = await database.selectFrom('zoo').selectAll().execute();
  return Object.fromEntries(rows.map(({ part, value_json }) => [part, JSON.parse(value_json) as unknown]));
}
