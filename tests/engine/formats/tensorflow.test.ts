import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MalformedFileError } from '../../../src/engine/errors.ts';
import { detectFormat } from '../../../src/engine/formats/catalog.ts';
import { tensorflow } from '../../../src/engine/formats/tensorflow/index.ts';
import { memorySource } from '../../../src/engine/io/memory-source.ts';
import { openModel, scanModel, type Model } from '../../../src/engine/models/index.ts';
import { folderWith } from '../../support/folder.ts';
import { checkpointIndex, type Variable } from '../../support/tensorflow.ts';

const scan = (bytes: Uint8Array) =>
  tensorflow.scan(memorySource(bytes, 'some/ckpt-1.index'), { headerBytes: 1_000_000 });
const names = ({ files }: Model) => files.map(({ name }) => name);
const variables: readonly Variable[] = [
  { name: 'layer/bias', type: 14, shape: [3], offset: 0, bytes: 6 },
  { name: 'layer/kernel', type: 1, shape: [200, 3], offset: 6, bytes: 2400 },
  { name: 'note', type: 7, shape: [], offset: 0, bytes: 5, file: 1 },
  { name: 'odd', type: 19, shape: [2], offset: 5, bytes: 3, file: 1 },
  { name: 'whole', type: 1, shape: [8], offset: 0, bytes: 0, isSliced: true },
  { name: '\0whole\0\x01\x02', type: 1, shape: [4], offset: 8, bytes: 16, file: 1 },
  { name: '\0whole\0\x01\x03', type: 1, shape: [4], offset: 24, bytes: 16, file: 1 },
];

describe('the index of a checkpoint', () => {
  test('says which variable is where in which data file', async () => {
    const bytes = checkpointIndex(variables, { files: 2 });
    expect(detectFormat(bytes.subarray(0, 64), 'ckpt-1.index')).toBe(tensorflow);
    expect(detectFormat(new TextEncoder().encode('a list'), 'book.index').id).toBe('bytes');
    const { external = [], tensors, notices } = await scan(bytes);
    expect(tensors).toEqual([]);
    const [first, second] = ['ckpt-1.data-00000-of-00002', 'ckpt-1.data-00001-of-00002'];
    expect(
      external.map(({ name, dtype, shape, offset, byteLength, location }) => [
        name,
        dtype,
        shape,
        offset,
        byteLength,
        location,
      ]),
    ).toEqual([
      ['layer/bias', 'BF16', [3], 0, 6, first],
      ['layer/kernel', 'F32', [200, 3], 6, 2400, first],
      ['note', 'string', [], 0, 5, second],
      ['odd', 'F16?', [2], 5, 3, second],
      ['whole', 'F32', [4], 8, 16, second],
      ['whole #2', 'F32', [4], 24, 16, second],
    ]);
    expect(external.every(({ isChecked }) => isChecked)).toBe(true);
    expect(notices).toHaveLength(1);
  });

  test.each([
    ['big-endian data', checkpointIndex([], { isBigEndian: true }), /big-endian/],
    ['a compressed block', checkpointIndex([], { compression: 1 }), /compressed block/],
    ['no data file', checkpointIndex([], { files: 0 }), /0 data files/],
    ['a billion data files', checkpointIndex([], { files: 1e9 }), /1000000000 data files/],
    ['a data file that there is not', checkpointIndex(variables), /the data file 1 of 1/],
    ['no magic word', checkpointIndex([]).slice(0, -1), /no magic word/],
    [
      'an extent below zero',
      checkpointIndex([{ name: 'w', type: 1, shape: [2 ** 64], offset: 0, bytes: 4 }]),
      /above 2\^53/,
    ],
  ])('%s is refused', async (_, bytes, expected) => {
    await expect(scan(bytes)).rejects.toThrow(MalformedFileError);
    await expect(scan(bytes)).rejects.toThrow(expected);
  });
});

const plain = variables.slice(0, 2);
const data = new Uint8Array(2406);

test('a checkpoint is its index and its data files, and one of those alone tells what says more of it', async () => {
  const folder = await folderWith({
    'ckpt-1.index': checkpointIndex(plain),
    'ckpt-1.data-00000-of-00001': data,
    checkpoint: 'model_checkpoint_path: "ckpt-1"',
  });
  const files = ['ckpt-1.index', 'ckpt-1.data-00000-of-00001'];
  expect(names(await openModel(join(folder, 'ckpt-1.index')))).toEqual(files);
  const model = await openModel(folder);
  expect(names(model)).toEqual([...files, 'checkpoint']);
  expect(model.notices).toEqual([]);
  const alone = await openModel(join(folder, 'ckpt-1.data-00000-of-00001'));
  expect(alone.notices.join()).toMatch(/is one part of a model; open "ckpt-1\.index"/);
});

test('an index of something else goes with the weights that it lies beside', async () => {
  const folder = await folderWith({ 'model.gguf': 'x', 'faiss.index': 'IxFI and more', 'config.json': '{}' });
  expect(names(await openModel(folder))).toEqual(['model.gguf', 'config.json', 'faiss.index']);
});

test('a SavedModel is its whole folder, and the tensors of its variables are found', async () => {
  const folder = await folderWith({
    'saved_model.pb': 'x',
    'fingerprint.pb': 'y',
    'README.md': 'z',
    'variables/variables.index': checkpointIndex(plain),
    'variables/variables.data-00000-of-00001': data,
    'assets/words.txt': 'a',
    'other/left.bin': 'b',
  });
  const model = await openModel(folder);
  const parts = ['assets/words.txt', 'fingerprint.pb', 'saved_model.pb'];
  const variableFiles = ['variables/variables.data-00000-of-00001', 'variables/variables.index'];
  expect(names(model)).toEqual([...parts, ...variableFiles, 'README.md']);
  const scanned = await scanModel(model, { headerBytes: 1_000_000 });
  const held = scanned.find(({ file }) => file.name === variableFiles[0]);
  expect(held && 'layout' in held && held.layout.tensors).toEqual([
    { name: 'layer/bias', dtype: 'BF16', shape: [3], offset: 0, byteLength: 6, isChecked: true },
    { name: 'layer/kernel', dtype: 'F32', shape: [200, 3], offset: 6, byteLength: 2400, isChecked: true },
  ]);
});
