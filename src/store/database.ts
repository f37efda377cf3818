import { mkdirSync } from 'node:fs';
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
