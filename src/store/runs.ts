import { sql } from 'kysely';
import type { CompressReport, Report, TensorReport } from '../engine/pipeline/job/events.ts';
import type { Database } from './database.ts';
import type { MeasurementRow } from './schema.ts';
import { holding } from './search.ts';

/** A finished job with what is shown of it; `receipt` is plain data of whoever stores it. */
export interface StoredRun {
  readonly id: string;
  readonly name: string;
  readonly finished: number;
  readonly report: Report;
  readonly receipt: unknown;
}

export interface RecentRun {
  readonly id: string;
  readonly command: string;
  readonly name: string;
  readonly finished: number;
  readonly receipt: unknown;
}

/** Rows of one statement; SQLite takes some 32,000 values in one. */
const rowsAtOnce = 1000;

/** Keeps one finished job, whole or not at all. */
export async function addRun(database: Database, run: StoredRun): Promise<void> {
  const { id, name, finished, report, receipt } = run;
  const tensors = report.command === 'compress' ? report.tensors : [];
  const kept = report.command === 'compress' ? { ...report, tensors: [] } : report;
  await database.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('run')
      .values({
        id,
        command: report.command,
        name,
        input: report.input,
        output: report.output ?? null,
        finished,
        bytes_in: report.bytesIn,
        bytes_out: report.bytesOut,
        sha256: report.sha256,
        receipt_json: JSON.stringify(receipt),
        report_json: JSON.stringify(kept),
      })
      .execute();
    if (report.command === 'compress') {
      const model = { sha256: report.sha256, name, path: report.input, bytes: report.bytesIn, seen: finished };
      await transaction
        .insertInto('model')
        .values(model)
        .onConflict((conflict) => conflict.column('sha256').doUpdateSet({ name, path: report.input, seen: finished }))
        .execute();
    }
    for (let from = 0; from < tensors.length; from += rowsAtOnce)
      await transaction
        .insertInto('measurement')
        .values(tensors.slice(from, from + rowsAtOnce).map((tensor, place) => toRow(id, from + place, tensor)))
        .execute();
  });
}

/** The newest `limit` jobs, newest first. */
export async function recentRuns(database: Database, limit: number): Promise<readonly RecentRun[]> {
  return (await findRuns(database, { search: '', offset: 0, limit })).runs;
}

/** A page of jobs whose name or place holds `search`, newest first, and how many there are. */
export async function findRuns(
  database: Database,
  { search, offset, limit }: { readonly search: string; readonly offset: number; readonly limit: number },
): Promise<{ readonly runs: readonly RecentRun[]; readonly total: number }> {
  const pattern = holding(search);
  const found = database
    .selectFrom('run')
    .where(sql<boolean>`(name like ${pattern} escape '\\' or input like ${pattern} escape '\\')`);
  const { total } = await found.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  const rows = await found
    .select(['id', 'command', 'name', 'finished', 'receipt_json'])
    .orderBy('finished', 'desc')
    .offset(offset)
    .limit(limit)
    .execute();
  return {
    runs: rows.map(({ receipt_json, ...row }) => ({ ...row, receipt: JSON.parse(receipt_json) as unknown })),
    total,
  };
}

/** One job with the engine's report of it, or nothing when there is no such job. */
export async function findRun(
  database: Database,
  id: string,
): Promise<(RecentRun & { readonly report: Report }) | undefined> {
  const row = await database
    .selectFrom('run')
    .select(['id', 'command', 'name', 'finished', 'receipt_json', 'report_json'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { receipt_json, report_json, ...run } = row;
  return { ...run, receipt: JSON.parse(receipt_json) as unknown, report: JSON.parse(report_json) as Report };
}

/** The engine's report of a job with all its tensors. */
export async function reportOf(database: Database, id: string): Promise<Report | undefined> {
  const found = await findRun(database, id);
  if (found?.report.command !== 'compress') return found?.report;
  const { tensors } = await runTensors(database, id, { search: '', sort: 'place', offset: 0, limit: -1 });
  return { ...found.report, tensors } satisfies CompressReport;
}

export type TensorOrder = 'size' | 'name' | 'dtype' | 'place' | 'saved';

const orders: Readonly<Record<TensorOrder, string>> = {
  size: 'bytes_in desc, place',
  name: 'name, place',
  dtype: 'dtype, bytes_in desc, place',
  place: 'place',
  saved: 'bytes_in - bytes_out desc, place',
};

/** A page of a run's tensors, and how many the search found; a `limit` of -1 is all. */
export async function runTensors(
  database: Database,
  id: string,
  page: { readonly search: string; readonly sort: TensorOrder; readonly offset: number; readonly limit: number },
): Promise<{ readonly tensors: readonly TensorReport[]; readonly total: number }> {
  const pattern = holding(page.search);
  const found = database
    .selectFrom('measurement')
    .where('run_id', '=', id)
    .where(sql<boolean>`(name like ${pattern} escape '\\' or dtype like ${pattern} escape '\\')`);
  const { total } = await found.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  const rows = await found
    .selectAll()
    .orderBy(sql.raw(orders[page.sort]))
    .offset(page.offset)
    .limit(page.limit)
    .execute();
  return { tensors: rows.map(fromRow), total };
}

/** Sums of a run's tensors by what coded them, largest first. */
export async function codecsOf(
  database: Database,
  id: string,
): Promise<readonly { codec: string; tensors: number; bytesIn: number; bytesOut: number }[]> {
  return database
    .selectFrom('measurement')
    .where('run_id', '=', id)
    .select(({ fn }) => [
      'codec',
      fn.countAll<number>().as('tensors'),
      fn.sum<number>('bytes_in').as('bytesIn'),
      fn.sum<number>('bytes_out').as('bytesOut'),
    ])
    .groupBy('codec')
    .orderBy('bytesIn', 'desc')
    .execute();
}

function toRow(run: string, place: number, tensor: TensorReport): MeasurementRow {
  const {
    name,
    file,
    dtype,
    shape,
    bytesIn,
    bytesOut,
    codec,
    sha256,
    equalTo = null,
    leansOn,
    approximation,
    kept = null,
  } = tensor;
  return {
    ...{ run_id: run, place, name, file, dtype, codec, sha256 },
    ...{ shape_json: JSON.stringify(shape), bytes_in: bytesIn, bytes_out: bytesOut, equal_to: equalTo },
    leans_on_json: leansOn === undefined ? null : JSON.stringify(leansOn),
    ...{ approximation_json: approximation === undefined ? null : JSON.stringify(approximation), kept },
  };
}

function fromRow(row: MeasurementRow): TensorReport {
  const { name, file, dtype, shape_json, bytes_in, bytes_out, codec, sha256, equal_to, kept } = row;
  return {
    ...{ name, file, dtype, codec, sha256, bytesIn: bytes_in, bytesOut: bytes_out },
    shape: JSON.parse(shape_json) as number[],
    ...(equal_to === null ? {} : { equalTo: equal_to }),
    ...(kept === null ? {} : { kept }),
    ...(row.leans_on_json === null
      ? {}
      : { leansOn: JSON.parse(row.leans_on_json) as NonNullable<TensorReport['leansOn']> }),
    ...(row.approximation_json === null
      ? {}
      : { approximation: JSON.parse(row.approximation_json) as NonNullable<TensorReport['approximation']> }),
  };
}
