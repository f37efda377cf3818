import { sql } from 'kysely';
import type { ExportedTensor } from '../engine/exports/export.ts';
import type { Database } from './database.ts';
import { holding } from './search.ts';

/** A finished export; `receipt` is plain data of whoever stores it. */
export interface StoredExport {
  readonly id: string;
  readonly name: string;
  readonly input: string;
  readonly finished: number;
  readonly receipt: unknown;
}

/** As JSON keeps it, which knows no infinity. */
export type StoredTensor = Omit<ExportedTensor, 'relativeError' | 'maxError'> & {
  readonly relativeError: number | null;
  readonly maxError: number | null;
};

export type ExportedTensorOrder = 'error' | 'size' | 'place';

/** Rows of one statement; SQLite takes some 32,000 values in one. */
const rowsAtOnce = 1000;

const orders: Readonly<Record<ExportedTensorOrder, string>> = {
  error: 'relative_error is not null, relative_error desc, bytes_in desc, place',
  size: 'bytes_in desc, place',
  place: 'place',
};

/** Keeps one finished export with its tensors, whole or not at all. */
export async function addExport(
  database: Database,
  { receipt, ...row }: StoredExport,
  tensors: readonly ExportedTensor[],
): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('export')
      .values({ ...row, receipt_json: JSON.stringify(receipt) })
      .execute();
    for (let from = 0; from < tensors.length; from += rowsAtOnce)
      await transaction
        .insertInto('exported_tensor')
        .values(
          tensors.slice(from, from + rowsAtOnce).map((tensor, place) => ({
            ...{ export_id: row.id, place: from + place, name: tensor.name, stored_as: tensor.to },
            ...{ bytes_in: tensor.bytesIn, tensor_json: JSON.stringify(tensor) },
            relative_error: Number.isFinite(tensor.relativeError) ? tensor.relativeError : null,
          })),
        )
        .execute();
  });
}

/** Those whose name or input holds `search`, newest first. */
export async function listExports(
  database: Database,
  { search, limit }: { readonly search: string; readonly limit: number },
): Promise<readonly StoredExport[]> {
  const pattern = holding(search);
  const rows = await database
    .selectFrom('export')
    .selectAll()
    .where(sql<boolean>`(name like ${pattern} escape '\\' or input like ${pattern} escape '\\')`)
    .orderBy('finished', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ receipt_json, ...row }) => ({ ...row, receipt: JSON.parse(receipt_json) as unknown }));
}

/** One export, or nothing when there is none like that. */
export async function findExport(database: Database, id: string): Promise<StoredExport | undefined> {
  const found = await database.selectFrom('export').selectAll().where('id', '=', id).executeTakeFirst();
  if (found === undefined) return undefined;
  const { receipt_json, ...row } = found;
  return { ...row, receipt: JSON.parse(receipt_json) as unknown };
}

/** A page of an export's tensors, and how many the search found. */
export async function exportedTensors(
  database: Database,
  id: string,
  page: {
    readonly search: string;
    readonly sort: ExportedTensorOrder;
    readonly offset: number;
    readonly limit: number;
  },
): Promise<{ readonly tensors: readonly StoredTensor[]; readonly total: number }> {
  const pattern = holding(page.search);
  const found = database
    .selectFrom('exported_tensor')
    .where('export_id', '=', id)
    .where(sql<boolean>`(name like ${pattern} escape '\\' or stored_as like ${pattern} escape '\\')`);
  const { total } = await found.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  const rows = await found
    .select('tensor_json')
    .orderBy(sql.raw(orders[page.sort]))
    .offset(page.offset)
    .limit(page.limit)
    .execute();
  return { tensors: rows.map(({ tensor_json }) => JSON.parse(tensor_json) as StoredTensor), total };
}
