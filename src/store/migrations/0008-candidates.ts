import type { Kysely } from 'kysely';

/** Every archive that a fit has tried. */
export const candidates = {
  async up(database: Kysely<unknown>): Promise<void> {
    await database.schema
      .createTable('candidate')
      .addColumn('fit_id', 'text', (column) => column.notNull())
      .addColumn('number', 'integer', (column) => column.notNull())
      .addColumn('input', 'text', (column) => column.notNull())
      .addColumn('tried', 'integer', (column) => column.notNull())
      .addColumn('bytes', 'integer', (column) => column.notNull())
      .addColumn('candidate_json', 'text', (column) => column.notNull())
      .addColumn('tensors_json', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('candidate_key', ['fit_id', 'number'])
      .execute();
    await database.schema.createIndex('candidate_input').on('candidate').columns(['input', 'bytes']).execute();
  },
};
