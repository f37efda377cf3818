import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exportReader } from '../../../src/evaluation/index.ts';
import { folderWith } from '../../support/folder.ts';

const sample = join(import.meta.dirname, '../../../samples/digits.safetensors');
const read = (kind: 'safetensors' | 'gguf', folder: string, ...names: readonly string[]) =>
  exportReader(undefined)(
    { kind, folder, names, main: names[0] ?? '', original: sample },
    new AbortController().signal,
  );

const emptyGguf = Buffer.concat([Buffer.from('GGUF'), Buffer.from([3, 0, 0, 0]), Buffer.alloc(16)]);

test('files are read by libraries of others, which say what they found and which version they are', async () => {
  const folder = await folderWith({ 'model.gguf': emptyGguf });
  await copyFile(sample, join(folder, 'a model?.safetensors'));
  expect(await read('gguf', folder, 'model.gguf')).toMatchObject({
    reader: expect.stringMatching(/^@huggingface\/gguf \d+\.\d/) as string,
    isLoaded: true,
    result: '0 tensors and 3 metadata entries',
  });
  expect(await read('safetensors', folder, 'a model?.safetensors')).toMatchObject({
    reader: expect.stringMatching(/^@huggingface\/hub \d+\.\d/) as string,
    isLoaded: true,
    result: '28 tensors',
  });
});

test('shards are read by their index', async () => {
  const folder = await folderWith({});
  const names = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
  for (const name of names) await copyFile(sample, join(folder, name));
  const index = 'model.safetensors.index.json';
  await writeFile(join(folder, index), JSON.stringify({ weight_map: { a: names[0], b: names[1] } }));
  const test = await read('safetensors', folder, ...names, index);
  expect(test).toMatchObject({ isLoaded: true, result: '56 tensors in 2 shards' });
});

test('what they do not read is told in their words', async () => {
  const folder = await folderWith({ 'model.gguf': Buffer.alloc(64), 'model.safetensors': Buffer.alloc(64) });
  expect(await read('gguf', folder, 'model.gguf')).toMatchObject({
    isLoaded: false,
    result: expect.stringContaining('magic') as string,
  });
  expect(await read('safetensors', folder, 'model.safetensors')).toMatchObject({
    isLoaded: false,
    result: expect.stringContaining('malformed') as string,
  });
});

test('files that no ending tells are not said to be read', async () => {
  const folder = await folderWith({ model: emptyGguf });
  expect(await read('gguf', folder, 'model')).toMatchObject({ isLoaded: undefined });
  expect(await read('safetensors', folder, 'model.znn')).toMatchObject({ isLoaded: undefined });
});
