import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { exportedTensors, findExport } from '../../src/store/exports.ts';
import { migrations } from '../../src/store/migrations/index.ts';
import { findRun, runTensors } from '../../src/store/runs.ts';

const golden = join(import.meta.dirname, 'golden');
const files = readdirSync(golden).sort();

test('there is a file of every version', () => {
  const numbers = Object.keys(migrations).map((name) => `${name.slice(0, 4)}.sql`);
  expect(files).toEqual(numbers.slice(0, files.length));
  expect(files.length).toBeGreaterThanOrEqual(4);
});

test.each(files)('a database as %s left it is brought to the newest tables with all that is in it', async (file) => {
  const folder = mkdtempSync(join(tmpdir(), 'featherweight-upgrade-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'history.db');
  const old = new SqliteDatabase(path);
  old.exec(readFileSync(join(golden, file), 'utf8'));
  old.close();
  const database = await openDatabase(path);
  expect(await findRun(database, 'golden')).toMatchObject({ name: 'm', receipt: { golden: true } });
  const page = { search: '', sort: 'place', offset: 0, limit: 10 } as const;
  expect(await runTensors(database, 'golden', page)).toMatchObject({
    total: 2,
    tensors: [
      { name: 'w', shape: [2, 3], bytesOut: 20 },
      { name: 'again', equalTo: 'w' },
    ],
  });
  expect(await database.selectFrom('model').selectAll().execute()).toMatchObject([{ sha256: 'ff', bytes: 100 }]);
  await database.destroy();
});

test('exports of an older version are found again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'featherweight-upgrade-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const old = new SqliteDatabase(join(folder, 'history.db'));
  old.exec(readFileSync(join(golden, '0006.sql'), 'utf8'));
  old.close();
  const opened = await openDatabase(join(folder, 'history.db'));
  expect(await findExport(opened, 'golden')).toMatchObject({ name: 'm', receipt: { golden: true } });
  const page = { search: 'bf', sort: 'error', offset: 0, limit: 10 } as const;
  expect(await exportedTensors(opened, 'golden', page)).toEqual({ total: 1, tensors: [{ name: 'w', to: 'BF16' }] });
  await opened.destroy();
});
