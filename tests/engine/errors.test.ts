import { mkdir, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { toFeatherweightError } from '../../src/engine/errors.ts';
import { folderWith } from '../support/folder.ts';

test('a file where a folder is expected is told in words, and so is the reverse', async () => {
  const folder = await folderWith({ file: 'x' });
  const thrown = (work: Promise<unknown>) => work.then(() => undefined, toFeatherweightError);
  const file = join(folder, 'file');
  const told = await Promise.all([readdir(file), mkdir(join(file, 'in')), readFile(folder)].map(thrown));
  expect(told.map((error) => error?.message)).toEqual([
    `"${file}" is no folder, or lies in something that is none`,
    `"${join(file, 'in')}" is no folder, or lies in something that is none`,
    expect.stringMatching(/is a folder, where a file is expected$/),
  ]);
});

test('what was done is told in words where it is given, and not made up where it is not', () => {
  const of = (code: string) => Object.assign(new Error(`${code}: no`), { code, path: '/m/a' });
  expect(toFeatherweightError(of('EACCES'), 'reading').message).toMatch(/do not allow this \(while reading\)$/);
  expect(toFeatherweightError(of('EACCES')).message).toMatch(/do not allow this$/);
  expect(toFeatherweightError(of('ENOSPC'), 'writing').message).toMatch(
    /^The disk is full \(ENOSPC, while writing "\/m\/a"\)/,
  );
  expect(toFeatherweightError(of('ENOSPC')).message).toMatch(/^The disk is full \(ENOSPC, "\/m\/a"\)/);
});

test('what a system does not allow is told in words, with its code as a fact', () => {
  for (const [code, words] of [
    ['EACCES', /^"\/m\/a" is closed: its permissions/],
    ['EPERM', /^"\/m\/a" is closed: the system/],
    ['EROFS', /^"\/m\/a" lies on a drive that can only be read/],
    ['ENAMETOOLONG', /^"\/m\/a" is longer than a name/],
  ] as const) {
    const { message, facts } = toFeatherweightError(Object.assign(new Error(`${code}: no`), { code, path: '/m/a' }));
    expect(message).toMatch(words);
    expect(facts).toEqual({ systemCode: code, path: '/m/a' });
  }
});
