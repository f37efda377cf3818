import type { Kysely } from 'kysely';

/** Finished evaluations, and what originals answered, in a file of their own: it may be deleted without losing history. */
export const evaluations = {
  async up(database: Kysely<unknown>): Promise<void> {
    await database.schema
      .createTable('evaluation')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('finished', 'integer', (column) => column.notNull())
      .addColumn('candidate_sha256', 'text', (column) => column.notNull())
      .addColumn('original_sha256', 'text')
      .addColumn('task_sha256', 'text')
      .addColumn('summary_json', 'text', (column) => column.notNull())
      .addColumn('report_json', 'text', (column) => column.notNull())
      .execute();
    await database.schema.createIndex('evaluation_original').on('evaluation').column('original_sha256').execute();
    await database.schema
      .createTable('answers')
      .addColumn('key', 'text', (column) => column.primaryKey().notNull())
      .addColumn('used', 'integer', (column) => column.notNull())
      .addColumn('content', 'blob', (column) => column.notNull())
      .execute();
  },
};
