import { link, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openModel, scanModel } from '../../../src/engine/models/index.ts';
import { folderWith } from '../../support/folder.ts';
import { externalTensor, initializer, onnxFile } from '../../support/onnx.ts';

const limits = { headerBytes: 1_000_000 };
const describing = (...tensors: [string, number, Record<string, string>][]) =>
  onnxFile(tensors.flatMap(([name, extent, entries]) => initializer(externalTensor(name, [extent], entries))));
const names = ({ files }: { files: readonly { name: string }[] }) => files.map(({ name }) => name);
const data = new Uint8Array(64);

test('data files below the folder belong to the model, whether the file or the folder is opened', async () => {
  const folder = await folderWith({
    'model.onnx': describing(
      ['a', 2, { location: 'weights.bin' }],
      ['b', 2, { location: 'parts/b.data', offset: '8' }],
    ),
    'weights.bin': data,
    'parts/b.data': data,
    'config.json': '{}',
  });
  expect(names(await openModel(join(folder, 'model.onnx')))).toEqual(['model.onnx', 'parts/b.data', 'weights.bin']);
  const model = await openModel(folder);
  expect(names(model)).toEqual(['model.onnx', 'parts/b.data', 'weights.bin', 'config.json']);
  expect(model.notices).toEqual([]);
  const scanned = await scanModel(model, limits);
  expect(
    scanned.map((entry) =>
      'layout' in entry ? entry.layout.tensors.map(({ name, offset }) => [name, offset]) : 'fault',
    ),
  ).toEqual([[], [['b', 8]], [['a', 0]], []]);
});

test('tensors that share bytes, and one outside the file, are told and the others kept', async () => {
  const location = 'w.data';
  const folder = await folderWith({
    'model.onnx': describing(
      ['tied', 4, { location }],
      ['first', 4, { location }],
      ['inside', 2, { location, offset: '12' }],
      ['outside', 2, { location, offset: '60' }],
      ['last', 2, { location, offset: '56' }],
    ),
    'w.data': data,
  });
  const [, held] = await scanModel(await openModel(folder), limits);
  const layout = held && 'layout' in held ? held.layout : undefined;
  expect(layout?.tensors.map(({ name }) => name)).toEqual(['tied', 'last']);
  expect(layout?.notices.map(({ message }) => message)).toEqual([
    'The tensor "first" shares bytes with "tied". (and 1 more like it)',
    'The tensor "outside" ends at byte 68, after the file\'s 64.',
  ]);
});

test('a data file is what the describing file says, whatever it looks like', async () => {
  const folder = await folderWith({
    'model.onnx': describing(['a', 2, { location: 'x.gguf' }]),
    'x.gguf': new TextEncoder().encode('GGUF----'),
  });
  const [, held] = await scanModel(await openModel(join(folder, 'model.onnx')), limits);
  expect(held && 'layout' in held && held.layout.tensors).toHaveLength(1);
});

describe('a data file that may not be opened stays behind and is told', () => {
  test.each([
    '../outside.data',
    '/etc/passwd',
    'sub/../../outside.data',
    'C:\\outside.data',
    '\\\\server\\share\\outside.data',
    'file:///etc/passwd',
    'a\0b',
    'nul',
    'missing.data',
    'model.onnx',
  ])('%j', async (location) => {
    const outer = await folderWith({ 'outside.data': data, 'inner/model.onnx': describing(['a', 2, { location }]) });
    const model = await openModel(join(outer, 'inner'));
    expect(names(model)).toEqual(['model.onnx']);
    expect(model.notices.join()).toMatch(/which tensors of "model\.onnx" are in, stays behind/);
  });

  test.skipIf(process.platform === 'win32')('a link out of the folder, also through a linked folder', async () => {
    const outer = await folderWith({
      'secret.data': data,
      'inner/model.onnx': describing(['a', 2, { location: 'link.data' }], ['b', 2, { location: 'door/secret.data' }]),
    });
    await symlink('../secret.data', join(outer, 'inner/link.data'));
    await symlink('..', join(outer, 'inner/door'));
    const model = await openModel(join(outer, 'inner'));
    expect(names(model)).toEqual(['model.onnx']);
    expect(model.notices.join()).toMatch(/"link\.data".*outside the folder.*/);
    expect(model.notices.join()).toMatch(/"door\/secret\.data".*outside the folder/);
  });
});

test('two models may share a data file: each is opened with it, the folder of both names them', async () => {
  const folder = await folderWith({
    'encoder.onnx': describing(['a', 2, { location: 'shared.data' }]),
    'decoder.onnx': describing(['b', 2, { location: 'shared.data', offset: '8' }]),
    'shared.data': data,
  });
  for (const [file, tensor] of [
    ['encoder.onnx', 'a'],
    ['decoder.onnx', 'b'],
  ] as const) {
    const model = await openModel(join(folder, file));
    expect(names(model)).toEqual([file, 'shared.data']);
    const [, held] = await scanModel(model, limits);
    expect(held && 'layout' in held && held.layout.tensors.map(({ name }) => name)).toEqual([tensor]);
  }
  await expect(openModel(folder)).rejects.toThrow(/several models: "decoder\.onnx", "encoder\.onnx"/);
});

describe.skipIf(process.platform === 'win32')('a data file that is a link', () => {
  const file = describing(['a', 2, { location: 'w.data' }]);

  test('to a place below the folder is followed and archived under the name in the model', async () => {
    const folder = await folderWith({ 'model.onnx': file, 'store/blob': data });
    await symlink('store/blob', join(folder, 'w.data'));
    const model = await openModel(join(folder, 'model.onnx'));
    expect(model.files[1]).toMatchObject({ path: join(folder, 'store/blob'), name: 'w.data', size: data.length });
    expect(model.notices).toEqual([]);
  });

  test('to the describing file itself, to nowhere, in a circle or to a folder stays behind', async () => {
    for (const target of ['model.onnx', 'nowhere', 'w.data', '.']) {
      const folder = await folderWith({ 'model.onnx': file });
      await symlink(target, join(folder, 'w.data'));
      const model = await openModel(join(folder, 'model.onnx'));
      expect(names(model), target).toEqual(['model.onnx']);
      expect(model.notices.join(), target).toMatch(/"w\.data", which tensors of "model\.onnx" are in, stays behind/);
    }
  });

  test('to a device is no regular file', async () => {
    const folder = await folderWith({ 'model.onnx': file });
    await symlink('/dev/zero', join(folder, 'w.data'));
    expect(names(await openModel(join(folder, 'model.onnx')))).toEqual(['model.onnx']);
  });

  test('by another name of the same file is taken and told', async () => {
    const folder = await folderWith({ 'model.onnx': file, 'elsewhere/original': data });
    await link(join(folder, 'elsewhere/original'), join(folder, 'w.data'));
    const model = await openModel(join(folder, 'model.onnx'));
    expect(names(model)).toEqual(['model.onnx', 'w.data']);
    expect(model.notices.join()).toContain('"w.data" has 2 names on this disk');
  });
});

test('a data file that is swapped for a link or another file after it was found is refused', async () => {
  const swaps: Record<string, (path: string, secret: string) => Promise<void>> = {
    'a link': async (path, secret) => {
      await rm(path);
      await symlink(secret, path);
    },
    'another file': async (path) => {
      await writeFile(`${path}.new`, data);
      await rename(`${path}.new`, path);
    },
    'a link to a folder above': async (path) => {
      await rename(join(path, '..'), join(path, '..', '..', 'moved'));
      await symlink(await folderWith({ 'w.data': data }), join(path, '..'));
    },
  };
  for (const [name, swap] of Object.entries(swaps)) {
    const outside = await folderWith({ secret: data });
    const folder = await folderWith({
      'model.onnx': describing(['a', 2, { location: 'in/w.data' }]),
      'in/w.data': data,
    });
    const model = await openModel(join(folder, 'model.onnx'));
    await swap(join(folder, 'in', 'w.data'), join(outside, 'secret'));
    await expect(scanModel(model, limits), name).rejects.toMatchObject({ code: 'CHANGED' });
  }
});
