import { sql, type Kysely } from 'kysely';

/** Models by the sha256 of their bytes, and what became of each tensor in each run, so that they can be asked for by the page. */
export const tensors = {
  async up(database: Kysely<unknown>): Promise<void> {
    await database.schema
      .createTable('model')
      .addColumn('sha256', 'text', (column) => column.primaryKey().notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('path', 'text', (column) => column.notNull())
      .addColumn('bytes', 'integer', (column) => column.notNull())
      .addColumn('seen', 'integer', (column) => column.notNull())
      .execute();
    await database.schema
      .createTable('measurement')
      .addColumn('run_id', 'text', (column) => column.notNull().references('run.id').onDelete('cascade'))
      .addColumn('place', 'integer', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('file', 'text', (column) => column.notNull())
      .addColumn('dtype', 'text', (column) => column.notNull())
      .addColumn('shape_json', 'text', (column) => column.notNull())
      .addColumn('bytes_in', 'integer', (column) => column.notNull())
      .addColumn('bytes_out', 'integer', (column) => column.notNull())
      .addColumn('codec', 'text', (column) => column.notNull())
      .addColumn('sha256', 'text', (column) => column.notNull())
      .addColumn('equal_to', 'text')
      .addPrimaryKeyConstraint('measurement_key', ['run_id', 'place'])
      .execute();
    await moveTensors(database);
  },
};

/** Reports held their tensors until now. One run at a time, since each may have a hundred thousand. */
async function moveTensors(database: Kysely<unknown>): Promise<void> {
  const runs = await sql<{ id: string }>`select id from run where command = 'compress'`.execute(database);
  for (const { id } of runs.rows) {
    await sql`insert into measurement
      select ${id}, entry.key, json_extract(entry.value, '$.name'), json_extract(entry.value, '$.file'),
        json_extract(entry.value, '$.dtype'), coalesce(json_extract(entry.value, '$.shape'), '[]'),
        json_extract(entry.value, '$.bytesIn'), json_extract(entry.value, '$.bytesOut'),
        json_extract(entry.value, '$.codec'), json_extract(entry.value, '$.sha256'),
        json_extract(entry.value, '$.equalTo')
      from run, json_each(run.report_json, '$.tensors') as entry where run.id = ${id}`.execute(database);
    await sql`update run set report_json = json_set(report_json, '$.tensors', json('[]')) where id = ${id}`.execute(
      database,
    );
  }
  await sql`insert or ignore into model
    select sha256, name, input, bytes_in, finished from run where command = 'compress' order by finished desc`.execute(
    database,
  );
}
