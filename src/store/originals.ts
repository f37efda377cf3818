import type { Database } from './database.ts';

/** An original that was moved to the trash. */
export interface StoredOriginal {
  readonly run: string;
  readonly archive: string;
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  readonly replaced: number;
  readonly undone?: number;
}

/** Notes that an original is about to be moved, or that one was put back. */
export async function saveOriginal(database: Database, original: StoredOriginal): Promise<void> {
  const { run, archive, files, replaced, undone = null } = original;
  const row = { run_id: run, archive, files_json: JSON.stringify(files), replaced, undone };
  await database
    .insertInto('original')
    .values(row)
    .onConflict((conflict) => conflict.column('run_id').doUpdateSet(row))
    .execute();
}

/** Newest first. */
export async function loadOriginals(
  database: Database,
): Promise<readonly (StoredOriginal & { readonly name: string })[]> {
  const rows = await database
    .selectFrom('original')
    .innerJoin('run', 'run.id', 'original.run_id')
    .select(['run_id', 'archive', 'files_json', 'replaced', 'undone', 'name'])
    .orderBy('replaced', 'desc')
    .execute();
  return rows.map(({ run_id, files_json, undone, ...row }) => ({
    ...row,
    run: run_id,
    files: JSON.parse(files_json) as StoredOriginal['files'],
    ...(undone === null ? {} : { undone }),
  }));
}
