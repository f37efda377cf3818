import { basename, join, resolve, sep } from 'node:path';
import type { BatchRow } from './batch-report.ts';
import type { DoneRecord, JournalRecord } from './journal.ts';
import type { ZooPlan } from './plan.ts';
import { sizeOf } from './size-of.ts';

/**
 * Rows for models whose originals earlier runs moved to the trash, so that no scan finds them and no plan names them: those
 * below the folders of the plan that are gone, and whose archives are there.
 */
export async function replacedEarlier(
  { roots, models, output }: ZooPlan,
  records: readonly JournalRecord[],
): Promise<readonly BatchRow[]> {
  const planned = new Set(models.map(({ id }) => id));
  const done = new Map<string, DoneRecord>();
  const originals = new Map<string, string[]>();
  for (const record of records) {
    if (record.type === 'done') done.set(record.id, record);
    if (record.type === 'replaced') originals.set(record.id, [...(originals.get(record.id) ?? []), record.path]);
  }
  const rows: BatchRow[] = [];
  for (const [id, paths] of originals) {
    const record = done.get(id);
    const isOurs = paths.every((path) => roots.some((root) => path.startsWith(resolve(root) + sep)));
    if (record === undefined || planned.has(id) || !isOurs) continue;
    const sizes = await Promise.all(paths.map(sizeOf));
    const isGone = sizes.every((size) => size === undefined);
    if (isGone && (await sizeOf(join(output, record.archive))) === record.bytesOut) rows.push(rowOf(record, paths));
  }
  return rows;
}

function rowOf({ id, archive, bytesIn, bytesOut, seconds, sha256, bases }: DoneRecord, [path = '']: readonly string[]) {
  return {
    ...{ id, name: basename(id), path, archive, bytesIn, bytesOut, seconds, sha256 },
    action: bases.length > 0 ? 'family' : 'exact',
    reason: 'an earlier run replaced its original',
    state: 'earlier',
    bases: bases.map(({ name }) => name),
  } as const;
}
