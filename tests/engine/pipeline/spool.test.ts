import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isGone, thisProcess } from '../../../src/engine/io/owner.ts';
import { spoolIn } from '../../../src/engine/pipeline/spool.ts';
import { folderWith } from '../../support/folder.ts';

const [machine, , start] = thisProcess().split(' ');

test('a process is gone when nobody has its number, or began at another time, on this machine', () => {
  expect(isGone(`${machine} 999999999 1`)).toBe(true);
  expect(isGone(`${machine} ${process.ppid} 1`)).toBe(start !== '');
  expect(isGone(`00000000 999999999 1`)).toBe(false);
  expect(isGone('')).toBe(true);
});

test('a new folder for bases takes those away that killed runs left, and no others', async () => {
  const folder = await folderWith({ 'base.fwz': '' });
  const names = [`${machine} 999999999 1 a`, '00000000 999999999 1 b', 'c'].map((end) => `.featherweight-base-${end}`);
  for (const name of names) await mkdir(join(folder, name, 'restored'), { recursive: true });
  {
    await using owner = new AsyncDisposableStack();
    const own = await spoolIn(folder, owner);
    await spoolIn(folder, owner);
    expect(await readdir(own)).toEqual([]);
    expect(await readdir(folder)).toHaveLength(5);
  }
  expect((await readdir(folder)).sort()).toEqual([names[1], names[2], 'base.fwz'].sort());
});
