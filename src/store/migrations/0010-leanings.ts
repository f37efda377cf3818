import type { Kysely } from 'kysely';

/** Which tensors of its model each tensor is stored as differences to. */
export const leanings = {
  async up(database: Kysely<unknown>): Promise<void> {
    await database.schema.alterTable('measurement').addColumn('leans_on_json', 'text').execute();
  },
};
