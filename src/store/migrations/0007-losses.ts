import type { Kysely } from 'kysely';

/** What approximating did to each tensor, or why it was kept. */
export const losses = {
  async up(database: Kysely<unknown>): Promise<void> {
    await database.schema.alterTable('measurement').addColumn('approximation_json', 'text').execute();
    await database.schema.alterTable('measurement').addColumn('kept', 'text').execute();
  },
};
