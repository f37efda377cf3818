import { mkdirSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import { migrations } from './migrations/index.ts';
import type { Tables } from './schema.ts';

export type Database = Kysely<Tables>;

/**
 * Opens (or creates) the database at `path` and brings it to the newest tables; `:memory:` for one that is not kept.
 * Throws when the file is not a database or was written by a newer version; it is left as it was then.
 */
export async function openDatabase(
  path: string,
  steps: Readonly<Record<string, Migration>> = migrations,
): Promise<Database> {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
  const sqlite = new SqliteDatabase(path);
  const database = new Kysely<Tables>({ dialect: new SqliteDialect({ database: sqlite }) });
  try {
    sqlite.pragma('journal_mode = WAL');
    sqlite.pragma('foreign_keys = ON');
    sqlite.pragma('busy_timeout = 2000');
    const migrator = new Migrator({
      db: database,
      provider: { getMigrations: () => Promise.resolve({ ...steps }) },
    });
    const { error } = await migrator.migrateToLatest();
    if (error !== undefined) throw error instanceof Error ? error : new Error('The database could not be migrated.');
    return database;
  } catch (error) {
    await database.destroy();
    throw error;
  }
}

/** What SQLite says of a file that is no database, or a damaged one. */
const damages: ReadonlySet<unknown> = new Set(['SQLITE_NOTADB', 'SQLITE_CORRUPT']);

/**
 * The same for what can be made again: a file that is damaged is set aside under another name, which `warn` is told, and a new one is
 * begun. One that cannot be opened for other reasons, such as a newer version, stays where it is.
 */
export async function openOrBegin(
  path: string,
  steps: Readonly<Record<string, Migration>>,
  warn: (message: string) => void,
): Promise<Database> {
  return openDatabase(path, steps).catch(async (error: unknown) => {
    const { code } = error as { readonly code?: unknown };
    if (typeof code !== 'string' || !damages.has(code)) throw error;
    const aside = `${path}.damaged-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
    await rename(path, aside);
    // What these would add belongs to the damaged file.
    for (const end of ['-wal', '-shm']) await rename(path + end, aside + end).catch(() => undefined);
    warn(`"${path}" was damaged. It is kept as "${aside}", and a new one was begun.`);
    return openDatabase(path, steps);
  });
}
