import type { Kysely } from 'kysely';

/** Originals that were moved to the trash because their archive is proved, and where they were. */
export const originals = {
  async up(database: Kysely<unknown>): Promise<void> {
    await database.schema
      .createTable('original')
      .addColumn('run_id', 'text', (column) => column.primaryKey().notNull().references('run.id').onDelete('cascade'))
      .addColumn('archive', 'text', (column) => column.notNull())
      .addColumn('files_json', 'text', (column) => column.notNull())
      .addColumn('replaced', 'integer', (column) => column.notNull())
      .addColumn('undone', 'integer')
      .execute();
  },
};
