import type { Database } from './database.ts';

/** All answers together; the least used go first. */
const mostBytes = 512 * 2 ** 20;

/** What an original answered, or nothing when it is not kept. */
export async function loadAnswers(database: Database, key: string): Promise<Uint8Array | undefined> {
  const row = await database.selectFrom('answers').select('content').where('key', '=', key).executeTakeFirst();
  if (row !== undefined)
    await database.updateTable('answers').set({ used: Date.now() }).where('key', '=', key).execute();
  return row?.content;
}

/** Keeps what an original answered. */
export async function saveAnswers(database: Database, key: string, content: Uint8Array): Promise<void> {
  await database.replaceInto('answers').values({ key, used: Date.now(), content }).execute();
  const rows = await database
    .selectFrom('answers')
    .select(({ fn }) => ['key', fn<number>('length', ['content']).as('bytes')])
    .orderBy('used', 'desc')
    .execute();
  let bytes = 0;
  for (const row of rows)
    if ((bytes += row.bytes) > mostBytes) await database.deleteFrom('answers').where('key', '=', row.key).execute();
}
