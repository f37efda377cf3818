import type { Kysely } from 'kysely';

/** One row per finished job. A released migration is never edited; a change is a new file with the next number. */
export const runs = {
  async up(database: Kysely<unknown>): Promise<void> {
    await database.schema
      .createTable('run')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('command', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('input', 'text', (column) => column.notNull())
      .addColumn('output', 'text')
      .addColumn('finished', 'integer', (column) => column.notNull())
      .addColumn('bytes_in', 'integer', (column) => column.notNull())
      .addColumn('bytes_out', 'integer', (column) => column.notNull())
      .addColumn('sha256', 'text', (column) => column.notNull())
      .addColumn('receipt_json', 'text', (column) => column.notNull())
      .addColumn('report_json', 'text', (column) => column.notNull())
      .execute();
    await database.schema.createIndex('run_finished').on('run').column('finished').execute();
  },
};
