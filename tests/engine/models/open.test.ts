import { link, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FeatherweightError, MalformedFileError, UsageError } from '../../../src/engine/errors.ts';
import { openModel, scanModel } from '../../../src/engine/models/index.ts';
import { folderWith } from '../../support/folder.ts';
import { corpusPath, hasModelCorpus } from '../../support/models.ts';
import { headerText, safetensorsFile } from '../../support/safetensors.ts';

const indexName = 'model.safetensors.index.json';
const shard = (...names: string[]) =>
  safetensorsFile(
    headerText(names.map((name, i) => ({ name, dtype: 'U8', shape: [1], begin: i, end: i + 1 }))),
    names.length,
  );
const index = (map: Record<string, string>) => JSON.stringify({ metadata: { total_size: 2 }, weight_map: map });
const sharded = {
  [indexName]: index({ a: 'model-1.safetensors', b: 'model-2.safetensors' }),
  'model-1.safetensors': shard('a'),
  'model-2.safetensors': shard('b'),
};
const names = ({ files }: { files: readonly { name: string }[] }) => files.map(({ name }) => name);
const limits = { headerBytes: 1_000_000 };

describe('a single file', () => {
  test('is a model of one file, whatever it is', async () => {
    const folder = await folderWith({ 'notes.txt': 'hello', 'other.safetensors': shard('a') });
    const model = await openModel(join(folder, 'notes.txt'));
    expect(model).toEqual({
      name: 'notes.txt',
      path: join(folder, 'notes.txt'),
      files: [{ path: join(folder, 'notes.txt'), name: 'notes.txt', size: 5 }],
      notices: [],
    });
  });

  test('that is a shard stays alone and says that an index exists', async () => {
    const folder = await folderWith(sharded);
    const model = await openModel(join(folder, 'model-1.safetensors'));
    expect(names(model)).toEqual(['model-1.safetensors']);
    expect(model.notices.join()).toContain(indexName);
  });

  test.skipIf(process.platform === 'win32')(
    'with a name that other systems cannot hold is archived under a safe one',
    async () => {
      const folder = await folderWith({ 'a:b?.bin': 'x' });
      const model = await openModel(join(folder, 'a:b?.bin'));
      expect(names(model)).toEqual(['a_b_.bin']);
      expect(model.notices.join()).toContain('a_b_.bin');
    },
  );

  test('that is missing is NOT_FOUND', async () => {
    const folder = await folderWith({});
    await expect(openModel(join(folder, 'x'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('an index or its folder', () => {
  test('is its shards, itself and the files that go with them; strays stay behind and are told', async () => {
    const folder = await folderWith({
      ...sharded,
      'config.json': '{}',
      LICENSE: 'MIT',
      'tokenizer.model': 'x',
      'chat_template.jinja': 'x',
      'consolidated.safetensors': shard('a', 'b'),
      'data.u16': 'x',
      'onnx/model.onnx': 'x',
      '.git/config': 'x',
      'old.fwz': 'x',
    });
    const model = await openModel(join(folder, indexName));
    expect(names(model)).toEqual([
      'model-1.safetensors',
      'model-2.safetensors',
      indexName,
      'LICENSE',
      'chat_template.jinja',
      'config.json',
      'tokenizer.model',
    ]);
    expect(model.notices).toHaveLength(2);
    expect(model.notices[0]).toContain('"consolidated.safetensors"');
    expect(model.notices[1]).toMatch(/"data\.u16", "onnx\/"/);
    const fromFolder = await openModel(folder);
    expect({ ...fromFolder, path: '' }).toEqual({ ...model, path: '' });
    for (const { path } of fromFolder.files) expect(path.startsWith(folder)).toBe(true);
  });

  test('a folder with one weight file is that model', async () => {
    const folder = await folderWith({ 'model.safetensors': shard('a'), 'README.md': 'x' });
    expect(names(await openModel(folder))).toEqual(['model.safetensors', 'README.md']);
  });

  test('a folder with several models names them, one with none says so', async () => {
    const several = await folderWith({ 'x.safetensors': shard('a'), 'y.safetensors': shard('a') });
    await expect(openModel(several)).rejects.toThrow(UsageError);
    await expect(openModel(several)).rejects.toThrow(/"x\.safetensors", "y\.safetensors"/);
    const two = await folderWith({
      ...sharded,
      'model.safetensors.index.fp16.json': index({ a: 'model-1.safetensors' }),
    });
    await expect(openModel(two)).rejects.toThrow(/several models/);
    await expect(openModel(await folderWith({ 'README.md': 'x' }))).rejects.toThrow(/holds no model/);
  });

  test('the files of a distributed checkpoint are one model, with what says which tensors are in them', async () => {
    const folder = await folderWith({ '__0_0.distcp': 'x', '__1_0.distcp': 'x', '.metadata': 'x', '.hidden': 'x' });
    expect((await openModel(folder)).files.map(({ name }) => name)).toEqual([
      '__0_0.distcp',
      '__1_0.distcp',
      '.metadata',
    ]);
  });

  test('numbered parts without an index are one model, and one that is missing is named', async () => {
    const parts = { 'm-00001-of-00002.gguf': 'x', 'm-00002-of-00002.gguf': 'x', 'README.md': 'x' };
    expect(names(await openModel(await folderWith(parts)))).toEqual(Object.keys(parts));
    const three = await folderWith({ 'm-00001-of-00003.gguf': 'x', 'm-00003-of-00003.gguf': 'x' });
    await expect(openModel(three)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(openModel(three)).rejects.toThrow(/"m-00002-of-00003\.gguf"/);
    const mixed = await folderWith({ ...parts, 'n-00001-of-00002.gguf': 'x' });
    await expect(openModel(mixed)).rejects.toThrow(/several models/);
    const huge = await folderWith({ 'm-00001-of-99999.gguf': 'x', 'm-00002-of-99999.gguf': 'x' });
    await expect(openModel(huge)).rejects.toThrow(/several models/);
    const [first = ''] = Object.keys(parts);
    const single = await openModel(join(await folderWith(parts), first));
    expect(names(single)).toEqual([first]);
    expect(single.notices.join()).toContain('one part of a model');
  });

  test('side files that are one file on some systems are carried once', async () => {
    const folder = await folderWith({ ...sharded, 'README.md': '1', 'readme.md': '2' });
    const model = await openModel(folder);
    const readmes = names(model).filter((name) => name.toLowerCase() === 'readme.md');
    expect(readmes).toHaveLength(1);
  });
});

describe('a hostile index', () => {
  test.each([
    '../outside.safetensors',
    '/etc/passwd',
    'C:\\x.safetensors',
    'c:x.safetensors',
    '\\\\server\\share\\x.safetensors',
    'file:x.safetensors',
    'https://example.org/x.safetensors',
    'sub/x.safetensors',
    'a\0b.safetensors',
    'NUL.safetensors',
    'x.safetensors ',
    '',
  ])('may not name %j', async (name) => {
    const folder = await folderWith({ [indexName]: index({ a: name }) });
    await expect(openModel(folder)).rejects.toThrow(MalformedFileError);
    await expect(openModel(folder)).rejects.toThrow(/the tensor "a" is given to the file .* which is not opened/);
  });

  test.each([
    ['a tensor twice', '{"weight_map":{"a":"x.safetensors","a":"y.safetensors"}}', /"a" a second time/],
    ['two weight maps', '{"weight_map":{"a":"x"},"weight_map":{"a":"y"}}', /"weight_map" a second time/],
    [
      'one file written two ways',
      '{"weight_map":{"a":"x.safetensors","b":"X.safetensors"}}',
      /one file on some systems/,
    ],
    ['no weight map', '{"metadata":{}}', /no weight_map/],
    ['an empty weight map', '{"weight_map":{}}', /no weight_map that names a file/],
    ['a list', '[]', /where "\{" is expected/],
    ['a shard that is a number', '{"weight_map":{"a":1}}', /where """ is expected/],
    ['nothing', '', /the end where/],
    ['deep JSON', `{"metadata":${'['.repeat(100_000)}`, /nested deeper/],
  ])('with %s is refused', async (_, text, expected) => {
    const folder = await folderWith({ [indexName]: text, 'x.safetensors': shard('a') });
    await expect(openModel(folder)).rejects.toThrow(MalformedFileError);
    await expect(openModel(folder)).rejects.toThrow(expected);
  });

  test('names of object properties are tensors like others', async () => {
    const text = '{"weight_map":{"__proto__":"x.safetensors","constructor":"x.safetensors"}}';
    const model = await openModel(
      await folderWith({ [indexName]: text, 'x.safetensors': shard('__proto__', 'constructor') }),
    );
    expect([...(model.shardOf ?? [])]).toEqual([
      ['__proto__', 'x.safetensors'],
      ['constructor', 'x.safetensors'],
    ]);
  });

  test('a missing shard is named', async () => {
    const folder = await folderWith({
      ...sharded,
      [indexName]: index({ a: 'model-1.safetensors', b: 'gone.safetensors' }),
    });
    const error: unknown = await openModel(folder).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FeatherweightError);
    expect(error).toMatchObject({ code: 'NOT_FOUND' });
    expect((error as Error).message).toContain('"gone.safetensors"');
  });
});

describe.skipIf(process.platform === 'win32')('links', () => {
  test('out of the folder are not followed, for shards, weights and side files', async () => {
    const outside = await folderWith({ 'secret.safetensors': shard('a'), 'secret.txt': 'x' });
    const folder = await folderWith({ [indexName]: index({ a: 'model-1.safetensors' }) });
    await symlink(join(outside, 'secret.safetensors'), join(folder, 'model-1.safetensors'));
    await expect(openModel(folder)).rejects.toThrow(/outside the folder/);
    const single = await folderWith({});
    await symlink(join(outside, 'secret.safetensors'), join(single, 'model.safetensors'));
    await expect(openModel(single)).rejects.toThrow(/outside the folder/);
    const side = await folderWith({ 'model.safetensors': shard('a') });
    await symlink(join(outside, 'secret.txt'), join(side, 'notes.txt'));
    const model = await openModel(side);
    expect(names(model)).toEqual(['model.safetensors']);
    expect(model.notices.join()).toMatch(/"notes\.txt" stays behind: it is a link/);
  });

  test('through a linked folder, or to a folder whose name only begins alike, are not followed either', async () => {
    const outside = await folderWith({ 'x.safetensors': shard('a') });
    const twins = await folderWith({
      [`m/${indexName}`]: index({ a: 'x.safetensors' }),
      'm-twin/x.safetensors': shard('a'),
    });
    await symlink('../m-twin/x.safetensors', join(twins, 'm/x.safetensors'));
    await expect(openModel(join(twins, 'm'))).rejects.toThrow(/outside the folder/);
    const chained = await folderWith({ [indexName]: index({ a: 'x.safetensors' }) });
    await symlink(outside, join(chained, 'inner'));
    await symlink('inner/x.safetensors', join(chained, 'x.safetensors'));
    await expect(openModel(chained)).rejects.toThrow(/outside the folder/);
  });

  test('inside the folder and into the blobs of a hub cache are followed', async () => {
    const folder = await folderWith({ [indexName]: index({ a: 'x.safetensors' }), 'store/y': shard('a') });
    await symlink('store/y', join(folder, 'x.safetensors'));
    const [first] = (await openModel(folder)).files;
    expect(first).toMatchObject({ name: 'x.safetensors', path: join(folder, 'store/y') });

    const hub = await folderWith({
      'models--o--m/blobs/0a': shard('a'),
      'models--o--m/blobs/0b': index({ a: 'x.safetensors' }),
    });
    const snapshot = join(hub, 'models--o--m/snapshots/rev');
    await mkdir(snapshot, { recursive: true });
    await symlink('../../blobs/0a', join(snapshot, 'x.safetensors'));
    await symlink('../../blobs/0b', join(snapshot, indexName));
    const model = await openModel(snapshot);
    expect(names(model)).toEqual(['x.safetensors', indexName]);
    await symlink('/etc/hosts', join(snapshot, 'hosts.txt'));
    expect(names(await openModel(snapshot))).not.toContain('hosts.txt');
  });

  test('to nowhere and in circles are missing files', async () => {
    const folder = await folderWith({ [indexName]: index({ a: 'x.safetensors' }) });
    await symlink('x.safetensors', join(folder, 'x.safetensors'));
    await expect(openModel(folder)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('a hard link is a file like any other', async () => {
    const folder = await folderWith({ 'store/y': shard('a') });
    await link(join(folder, 'store/y'), join(folder, 'x.safetensors'));
    expect(names(await openModel(folder))).toEqual(['x.safetensors']);
  });
});

describe('scanning', () => {
  test('a malformed shard becomes a fault that names it, the others their layouts', async () => {
    const folder = await folderWith({ ...sharded, 'model-2.safetensors': shard('b').slice(0, -1) });
    const scanned = await scanModel(await openModel(folder), limits);
    expect(scanned.map((entry) => ('fault' in entry ? 'fault' : entry.layout.format))).toEqual([
      'safetensors',
      'fault',
      'bytes',
    ]);
    const fault = scanned.find((entry) => 'fault' in entry);
    expect(fault?.fault.message).toMatch(/^"model-2\.safetensors" ends 1 bytes early: the tensor "b"/);
  });

  test('a tensor in two shards, one in the wrong and one in no shard are told', async () => {
    const folder = await folderWith({
      [indexName]: index({ a: 'model-1.safetensors', b: 'model-2.safetensors', c: 'model-2.safetensors' }),
      'model-1.safetensors': shard('a', 'b'),
      'model-2.safetensors': shard('b'),
    });
    const scanned = await scanModel(await openModel(folder), limits);
    const notices = scanned.flatMap((entry) => ('layout' in entry ? entry.layout.notices : []));
    expect(notices.map(({ message }) => message)).toEqual([
      'The tensor "b" is not where the index puts it.',
      'The tensor "b" is in "model-1.safetensors" as well; both are kept.',
      'The index puts the tensor "c" here, but it is not.',
    ]);
  });

  test('content wins over the extension', async () => {
    const folder = await folderWith({ 'weights.bin': shard('a'), 'empty.safetensors': '' });
    const [scanned] = await scanModel(await openModel(join(folder, 'weights.bin')), limits);
    expect(scanned && 'layout' in scanned && scanned.layout.format).toBe('safetensors');
    const [empty] = await scanModel(await openModel(join(folder, 'empty.safetensors')), limits);
    expect(empty && 'fault' in empty && empty.fault.message).toMatch(/0 bytes long/);
  });
});

describe.skipIf(!hasModelCorpus)('the model corpus', () => {
  test('two BF16 shards and their index are one model of 48 tensors', async () => {
    const scanned = await scanModel(await openModel(corpusPath('austen-lm', 'sharded')), limits);
    const layouts = scanned.map((entry) => ('layout' in entry ? entry.layout : undefined));
    expect(layouts.flatMap((layout) => layout?.tensors ?? [])).toHaveLength(48);
    expect(layouts.flatMap((layout) => layout?.notices ?? [])).toEqual([]);
  });

  test.each([
    ['austen-lm/model.safetensors', 48],
    ['mnist-cnn/model.safetensors', 28],
    ['pose-and-face/faceres.safetensors', 128],
    ['pose-and-face/faceres-deep.safetensors', 128],
    ['pose-and-face/nanodet.safetensors', 229],
    ['pose-and-face/rvm.safetensors', 425],
    ['super-resolution/esrgan-slim-x2.safetensors', 24],
    ['super-resolution/esrgan-thick-x4.bf16.safetensors', 308],
  ])('%s has %d tensors', async (name, count) => {
    const [scanned] = await scanModel(await openModel(corpusPath(name)), limits);
    expect(scanned && 'layout' in scanned && scanned.layout.tensors.length).toBe(count);
  });
});
