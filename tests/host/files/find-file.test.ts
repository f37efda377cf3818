import { createHash } from 'node:crypto';
import { mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { FileTraits } from '../../../src/contract/files.ts';
import { findFile } from '../../../src/host/files/find-file.ts';
import { fileTraits } from '../../../src/renderer/host/file-traits.ts';
import { folderWith } from '../../support/folder.ts';

const modified = 1_700_000_000_123;
const bytes = Uint8Array.from({ length: 200_000 }, (_, index) => (index * 7919) >> 3);

async function place(folder: string, path: string, content = bytes): Promise<string> {
  await mkdir(join(folder, path, '..'), { recursive: true });
  await writeFile(join(folder, path), content);
  await utimes(join(folder, path), modified / 1000, modified / 1000);
  return join(folder, path);
}

const traits = () => fileTraits(new File([bytes], 'model.onnx', { lastModified: modified }));

test('a dropped file is found by what a browser knows of it', async () => {
  const folder = await folderWith({ 'a/other.txt': 'x' });
  const path = await place(folder, 'a/b/model.onnx');
  expect(await findFile([join(folder, 'a')], await traits())).toBe(path);
});

test('the samples are pieces of the file at their offsets, and reach both ends', async () => {
  const { samples } = await traits();
  for (const { offset, length, sha256 } of samples)
    expect(sha256).toBe(
      createHash('sha256')
        .update(bytes.subarray(offset, offset + length))
        .digest('hex'),
    );
  expect(samples.map(({ offset }) => offset)).toEqual([0, 67232, 134464]);
});

test.each<[string, Partial<FileTraits>]>([
  ['name', { name: 'Model.onnx' }],
  ['size', { bytes: bytes.length + 1 }],
  ['time', { modified: modified + 1 }],
  ['content', { samples: [{ offset: 0, length: 10, sha256: '0'.repeat(64) }] }],
  ['a sample beyond its end', { samples: [{ offset: 199_999, length: 2, sha256: '0'.repeat(64) }] }],
])('a file that differs in its %s is another', async (_what, difference) => {
  const folder = await folderWith({});
  await place(folder, 'model.onnx');
  expect(await findFile([folder], { ...(await traits()), ...difference })).toBeUndefined();
});

test('neither hidden folders nor links are entered, nor is a folder that is not there', async () => {
  const folder = await folderWith({});
  await place(folder, 'outside/model.onnx');
  await place(folder, 'root/.hidden/model.onnx');
  await symlink(join(folder, 'outside'), join(folder, 'root', 'link'));
  await symlink(join(folder, 'outside', 'model.onnx'), join(folder, 'root', 'model.onnx'));
  expect(await findFile([join(folder, 'root'), join(folder, 'none')], await traits())).toBeUndefined();
});
