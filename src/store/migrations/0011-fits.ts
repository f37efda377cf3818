import type { Kysely } from 'kysely';

/** Fits that have not ended, so that a later start tells of them. */
export const fits = {
  async up(database: Kysely<unknown>): Promise<void> {
    await database.schema
      .createTable('fit')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('place', 'integer', (column) => column.notNull())
      .addColumn('fit_json', 'text', (column) => column.notNull())
      .execute();
  },
};
