import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compress, inspect } from '../../../src/engine/index.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';
import { mixedModel } from '../../support/mixed-model.ts';
import { headerText, safetensorsFile } from '../../support/safetensors.ts';

test('an archive with a flipped bit at its start, or cut short, is no file of some bytes', async () => {
  const folder = await folderWith({ 'm.safetensors': mixedModel(100) });
  const path = join(folder, 'm.fwz');
  await finish(compress({ input: join(folder, 'm.safetensors'), output: path }, context()));
  const whole = await readFile(path);
  expect(await inspect({ path })).toMatchObject({ kind: 'archive' });
  for (let bit = 0; bit < 32; bit++) {
    const damaged = Uint8Array.from(whole);
    damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    await writeFile(path, damaged);
    await expect(inspect({ path }), `bit ${bit}`).rejects.toMatchObject({ code: 'DAMAGED' });
  }
  for (const length of [0, 1, 3, 4, 5, 20, whole.length - 1]) {
    await writeFile(path, whole.subarray(0, length));
    await expect(inspect({ path }), `${length} bytes`).rejects.toMatchObject({ code: 'DAMAGED' });
  }
});

test('a folder may be called like an archive', async () => {
  const folder = await folderWith({});
  const path = join(folder, 'model.fwz');
  await mkdir(path);
  await writeFile(join(path, 'model.safetensors'), mixedModel(100));
  expect(await inspect({ path })).toMatchObject({ kind: 'model' });
});

test('what is unusual in one of several files says in which', async () => {
  const shard = (name: string) =>
    safetensorsFile(headerText([{ name, dtype: 'U8', shape: [4], begin: 0, end: 4 }]), 4 + (name === 'b' ? 3 : 0));
  const shards = { '1.safetensors': shard('a'), '2.safetensors': shard('b') };
  const index = JSON.stringify({ weight_map: { a: '1.safetensors', b: '2.safetensors', c: '1.safetensors' } });
  const folder = await folderWith({ ...shards, 'model.safetensors.index.json': index });
  const { notices } = await inspect({ path: folder });
  expect(notices).toEqual([
    '"1.safetensors": The index puts the tensor "c" here, but it is not.',
    '"2.safetensors": 3 bytes follow the last tensor.',
  ]);
  const alone = await inspect({ path: join(folder, '2.safetensors') });
  expect(alone.notices).toContain('3 bytes follow the last tensor.');
});
