import type { Kysely } from 'kysely';

/** Jobs that have not ended, so that a later start goes on with them, and the settings. */
export const jobs = {
  async up(database: Kysely<unknown>): Promise<void> {
    await database.schema
      .createTable('job')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('place', 'integer', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('job_json', 'text', (column) => column.notNull())
      .execute();
    await database.schema
      .createTable('setting')
      .addColumn('name', 'text', (column) => column.primaryKey().notNull())
      .addColumn('value_json', 'text', (column) => column.notNull())
      .execute();
  },
};
