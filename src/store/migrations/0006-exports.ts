import type { Kysely } from 'kysely';

/** Finished exports, and what became of each tensor in them. */
export const exports = {
  async up(database: Kysely<unknown>): Promise<void> {
    await database.schema
      .createTable('export')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('input', 'text', (column) => column.notNull())
      .addColumn('finished', 'integer', (column) => column.notNull())
      .addColumn('receipt_json', 'text', (column) => column.notNull())
      .execute();
    await database.schema.createIndex('export_finished').on('export').column('finished').execute();
    await database.schema
      .createTable('exported_tensor')
      .addColumn('export_id', 'text', (column) => column.notNull().references('export.id').onDelete('cascade'))
      .addColumn('place', 'integer', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('stored_as', 'text', (column) => column.notNull())
      .addColumn('bytes_in', 'integer', (column) => column.notNull())
      .addColumn('relative_error', 'real')
      .addColumn('tensor_json', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('exported_tensor_key', ['export_id', 'place'])
      .execute();
  },
};
