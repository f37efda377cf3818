import { symlink } from 'node:fs/promises';
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
