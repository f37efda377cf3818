import type { Kysely } from 'kysely';

/** The last scan of folders with models, the plan that was made of it, and how far that was carried out. */
export const zoo = {
  async up(database: Kysely<unknown>): Promise<void> {
    await database.schema
      .createTable('zoo')
      .addColumn('part', 'text', (column) => column.primaryKey().notNull())
      .addColumn('value_json', 'text', (column) => column.notNull())
      .execute();
  },
};
