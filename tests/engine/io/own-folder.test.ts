import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ownFolder, removeAbandoned, writeAside } from '../../../src/engine/io/own-folder.ts';
import { isGone, thisProcess } from '../../../src/engine/io/owner.ts';
import { folderWith } from '../../support/folder.ts';

const [machine, , start] = thisProcess().split(' ');
const gone = `${machine} 999999999 1 abcdef`;

test('a process is gone when nobody has its number, or began at another time, on this machine', () => {
  expect(isGone(`${machine} 999999999 1`)).toBe(true);
  expect(isGone(`${machine} ${process.ppid} 1`)).toBe(start !== '');
  expect(isGone(`00000000 999999999 1`)).toBe(false);
  expect(isGone('')).toBe(true);
});

test('a new folder takes those away that killed processes left, and no others', async () => {
  const folder = await folderWith({ [`a file.partial-${gone}`]: 'kept', 'elsewhere/mine.txt': 'kept' });
  const [left, strange, own] = [`m.onnx.partial-${gone}`, 'm.onnx.partial-00000000 999999999 1 abcdef', 'm.partial-1'];
  for (const name of [left, strange, own]) await mkdir(join(folder, name, 'restored'), { recursive: true });
  await writeFile(join(folder, left, 'restored', 'weights.bin'), 'some');
  await symlink(join(folder, 'elsewhere'), join(folder, `link.partial-${gone}`));
  const before = (await readdir(folder)).filter((name) => name !== left);
  {
    await using owner = new AsyncDisposableStack();
    const first = await ownFolder(folder, 'm.onnx', owner);
    await ownFolder(folder, `${'long '.repeat(60)}name`, owner);
    expect(await readdir(first)).toEqual([]);
    expect(await readdir(folder)).toHaveLength(before.length + 2);
    expect(await removeAbandoned(folder)).toBe(3);
  }
  expect((await readdir(folder)).sort()).toEqual(before.sort());
  expect(await readdir(join(folder, 'elsewhere'))).toEqual(['mine.txt']);
  expect(await removeAbandoned(join(folder, 'nowhere'))).toBe(0);
});

test('of two that write one file at once each gives its name to a whole one, and what fails leaves the one before', async () => {
  const folder = await folderWith({});
  const path = join(folder, 'sums');
  const [isOneWritten, isOtherDone] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
  const one = writeAside(path, async (unfinished) => {
    await writeFile(unfinished, 'one');
    isOneWritten.resolve(undefined);
    await isOtherDone.promise;
  });
  await isOneWritten.promise;
  await writeAside(path, (unfinished) => writeFile(unfinished, 'other'));
  expect(await readFile(path, 'utf8')).toBe('other');
  isOtherDone.resolve(undefined);
  await one;
  expect(await readFile(path, 'utf8')).toBe('one');
  await expect(
    writeAside(path, async (unfinished) => {
      await writeFile(unfinished, 'torn');
      throw new Error('stopped');
    }),
  ).rejects.toThrow('stopped');
  expect(await readFile(path, 'utf8')).toBe('one');
  expect(await readdir(folder)).toEqual(['sums']);
});
