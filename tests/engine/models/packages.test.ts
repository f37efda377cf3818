import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openModel, scanModel, type Model } from '../../../src/engine/models/index.ts';
import { blobFile, coremlFile, innerProduct } from '../../support/coreml.ts';
import { folderWith } from '../../support/folder.ts';

const names = ({ files }: Model) => files.map(({ name }) => name);
const tensorsOf = async (model: Model) =>
  (await scanModel(model, { headerBytes: 1_000_000 })).map((entry) =>
    'layout' in entry
      ? entry.layout.tensors.map(({ name, dtype, offset, byteLength }) => [name, dtype, offset, byteLength])
      : 'fault',
  );

describe('TensorFlow.js', () => {
  const weights = [
    { name: 'a', shape: [3], dtype: 'float32' },
    { name: 'b', shape: [5], dtype: 'float32' },
    { name: 'c', shape: [2], dtype: 'float32', quantization: { dtype: 'uint8' } },
  ];
  const manifest = (...paths: string[]) =>
    JSON.stringify({ format: 'layers-model', modelTopology: {}, weightsManifest: [{ paths, weights }] });
  const shards = ['group1-shard1of3.bin', 'group1-shard2of3.bin', 'group1-shard3of3.bin'] as const;
  const data = { [shards[0]]: new Uint8Array(16), [shards[1]]: new Uint8Array(8), [shards[2]]: new Uint8Array(10) };

  test('the JSON file and its shards are one model, and a weight may go on from shard to shard', async () => {
    const folder = await folderWith({ 'model.json': manifest(...shards), ...data, 'README.md': 'x' });
    const opened = await openModel(join(folder, 'model.json'));
    expect(names(opened)).toEqual(['model.json', ...shards]);
    const model = await openModel(folder);
    expect([...names(model)].sort()).toEqual(['README.md', ...shards, 'model.json']);
    expect(model.notices).toEqual([]);
    expect(await tensorsOf(opened)).toEqual([
      [],
      [
        ['a', 'F32', 0, 12],
        ['b', 'F32', 12, 4],
      ],
      [['b #2', 'F32', 0, 8]],
      [
        ['b #3', 'F32', 0, 8],
        ['c', 'U8', 8, 2],
      ],
    ]);
  });

  test('a shard that is named by itself is bytes, and it is told what says more of it', async () => {
    const whole = await folderWith({ 'model.json': manifest(...shards), ...data });
    const beside = await openModel(join(whole, shards[1]));
    expect(names(beside)).toEqual([shards[1]]);
    expect(beside.notices.join()).toMatch(/is one part of a model; open "model\.json"/);
    const alone = await openModel(join(await folderWith({ [shards[0]]: data[shards[0]] }), shards[0]));
    expect(alone.notices.join()).toMatch(/without its model\.json .* stored as bytes/);
    expect(await tensorsOf(alone)).toEqual([[]]);
  });

  test('a weight that is cut inside an element is coded as bytes; behind a missing shard nothing is placed', async () => {
    const cut = await folderWith({
      'model.json': manifest('x', 'y'),
      x: new Uint8Array(13),
      y: new Uint8Array(21),
    });
    const [, x, y] = await tensorsOf(await openModel(join(cut, 'model.json')));
    expect([x, y]).toEqual([
      [
        ['a', 'F32', 0, 12],
        ['b', 'F32?', 12, 1],
      ],
      [
        ['b #2', 'F32?', 0, 19],
        ['c', 'U8', 19, 2],
      ],
    ]);
    const missing = await folderWith({
      'model.json': manifest('x', 'y', 'z'),
      x: new Uint8Array(13),
      z: new Uint8Array(9),
    });
    const model = await openModel(join(missing, 'model.json'));
    expect(model.notices.join()).toContain(
      'The file "y", which tensors of "model.json" are in, stays behind: it is missing.',
    );
    expect((await tensorsOf(model)).at(-1)).toEqual([]);
  });

  test.each(['../outside.bin', '/etc/passwd', 'C:\\x.bin', 'https://example.org/x.bin', 'nul'])(
    'a manifest may not name %j',
    async (path) => {
      const outer = await folderWith({ 'outside.bin': new Uint8Array(34), 'm/model.json': manifest(path) });
      const model = await openModel(join(outer, 'm'));
      expect(names(model)).toEqual(['model.json']);
      expect(model.notices.join()).toMatch(/stays behind/);
    },
  );

  test('a model.json of another kind is a side file', async () => {
    const folder = await folderWith({ 'model.json': '{"modelTopology": {}}', 'weights.bin': 'x' });
    expect(names(await openModel(folder))).toEqual(['weights.bin', 'model.json']);
  });
});

describe('a Core ML package', () => {
  const below = 'Data/com.apple.CoreML';
  const files = {
    'Manifest.json': '{"fileFormatVersion": "1.0.0"}',
    [`${below}/model.mlmodel`]: coremlFile(500, [], innerProduct('dense', [1, 2, 3, 4])),
    [`${below}/weights/weight.bin`]: blobFile([[2, [1, 2, 3, 4]]]),
  };

  test('is all files below its folder, the weights with their tensors', async () => {
    const folder = await folderWith({ ...files, [`${below}/.DS_Store`]: 'x' });
    const model = await openModel(folder);
    expect(names(model)).toEqual([`${below}/model.mlmodel`, `${below}/weights/weight.bin`, 'Manifest.json']);
    expect(model.notices).toEqual([]);
    const [network, blobs] = await tensorsOf(model);
    expect(network).toEqual([['dense.weights', 'F32', expect.any(Number), 4]]);
    expect(blobs).toEqual([['blob.64', 'F32', 128, 4]]);
  });

  test.skipIf(process.platform === 'win32')('may not lead out of its folder', async () => {
    const outer = await folderWith({ 'secret.bin': 'x' });
    const folder = await folderWith(files);
    await symlink(join(outer, 'secret.bin'), join(folder, below, 'weights/more.bin'));
    await expect(openModel(folder)).rejects.toThrow(/outside the folder/);
  });
});
