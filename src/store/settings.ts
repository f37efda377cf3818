import type { Database } from './database.ts';

/** What was chosen, by name; a setting that was never changed is not there. */
export async function loadSettings(database: Database): Promise<Readonly<Record<string, unknown>>> {
  const rows = await database.selectFrom('setting').selectAll().execute();
  return Object.fromEntries(rows.map(({ name, value_json }) => [name, JSON.parse(value_json) as unknown]));
}

export async function saveSettings(database: Database, changes: Readonly<Record<string, unknown>>): Promise<void> {
  const rows = Object.entries(changes).map(([name, value]) => ({ name, value_json: JSON.stringify(value) }));
  if (rows.length === 0) return;
  await database
    .insertInto('setting')
    .values(rows)
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet(({ ref }) => ({ value_json: ref('excluded.value_json') })),
    )
    .execute();
}
