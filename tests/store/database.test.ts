import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { VerifyReport } from '../../src/engine/index.ts';
import { openDatabase, openOrBegin } from '../../src/store/database.ts';
import { migrations } from '../../src/store/migrations/index.ts';
import { addRun, recentRuns, reportOf } from '../../src/store/runs.ts';

const report: VerifyReport = {
  ...{ command: 'verify', input: '/a.fwz', bytesIn: 2 ** 40, bytesOut: 3, files: [], seconds: { total: 1 } },
  ...{ peakRssBytes: 1, threads: 1, memoryBytes: 1, sha256: 'ab', tensors: 1, blocks: 1, proved: ['files'] },
  machine: { cpu: '', cores: 1, memoryBytes: 1, platform: '', node: '', engine: '' },
  notices: ['Ünïcode "quoted"'],
};

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'featherweight-store-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('runs come back newest first, whole, and from a file that was closed in between', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'new', 'history.db');
    const first = await openDatabase(path);
    for (const [index, id] of ['b', 'c', 'a'].entries())
      await addRun(first, { id, name: id, finished: index, report, receipt: { index } });
    await first.destroy();
    const second = await openDatabase(path);
    const runs = await recentRuns(second, 2);
    expect(runs.map(({ id, receipt }) => [id, receipt])).toEqual([['a', { index: 2 }], ['c', { index: 1 }]]); // prettier-ignore
    expect(await reportOf(second, 'b')).toEqual(report);
    expect(await reportOf(second, 'none')).toBeUndefined();
    await second.destroy();
  }));

test('a file that is no database is refused and left as it was', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'history.db');
    const content = 'not a database, but somebody’s text, '.repeat(100);
    await writeFile(path, content);
    await expect(openDatabase(path)).rejects.toThrow(/not a database/);
    expect(await readFile(path, 'utf8')).toBe(content);
  }));

test('what can be made again is begun anew beside the damaged file, which is told once', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'kept.db');
    const content = 'not a database, but somebody’s text, '.repeat(100);
    await writeFile(path, content);
    const told: string[] = [];
    for (let start = 0; start < 2; start++)
      await (await openOrBegin(path, migrations, (said) => told.push(said))).destroy();
    const aside = (await readdir(folder)).find((name) => name.startsWith('kept.db.damaged-')) ?? '';
    expect(await readFile(join(folder, aside), 'utf8')).toBe(content);
    expect(told).toEqual([`"${path}" was damaged. It is kept as "${join(folder, aside)}", and a new one was begun.`]);
  }));

test('a database of a newer version is left as it is', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'kept.db');
    const newer = { ...migrations, '9999-later': { up: () => Promise.resolve() } };
    await (await openDatabase(path, newer)).destroy();
    await expect(openOrBegin(path, migrations, () => undefined)).rejects.toThrow(/9999-later/);
    expect((await readdir(folder)).filter((name) => name.includes('damaged'))).toEqual([]);
  }));
