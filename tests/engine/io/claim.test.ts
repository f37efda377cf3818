import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { claim, isClaimed, listenAlone } from '../../../src/engine/io/claim.ts';
import { folderWith } from '../../support/folder.ts';

test('a path is claimed once at a time, whatever its folder is called, and free again behind that', async () => {
  const folder = await folderWith({ 'in/some': '' });
  await symlink(join(folder, 'in'), join(folder, 'link'));
  const path = join(folder, 'in', 'out.fwz');
  {
    await using claims = new AsyncDisposableStack();
    claims.use(await claim(path));
    for (const same of [path, join(folder, 'link', 'out.fwz')]) {
      await expect(claim(same)).rejects.toMatchObject({ code: 'USAGE', facts: { path: same } });
      expect(await isClaimed(same)).toBe(true);
    }
    claims.use(await claim(join(folder, 'in', 'other.fwz')));
  }
  expect(await isClaimed(path)).toBe(false);
});

test('where there is no folder nothing is claimed', async () => {
  const path = join(await folderWith({}), 'missing', 'out.fwz');
  await (await claim(path))[Symbol.asyncDispose]();
  expect(await isClaimed(path)).toBe(false);
});

test.skipIf(process.platform === 'win32')('a socket that a killed process left is taken over', async () => {
  const place = join(await folderWith({}), 'socket');
  const child = spawn(process.execPath, [
    '-e',
    `require('net').createServer().listen(${JSON.stringify(place)}, () => console.log('listening'))`,
  ]);
  await once(child.stdout, 'data');
  expect(await listenAlone(place)).toBe('taken');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect((await stat(place)).isSocket()).toBe(true);
  const server = await listenAlone(place);
  expect(server).toBeInstanceOf(createServer().constructor);
  if (typeof server === 'object') server.close();
});
