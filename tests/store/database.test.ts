import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { VerifyReport } from '../../src/engine/index.ts';
import { openDatabase } from '../../src/store/database.ts';
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
