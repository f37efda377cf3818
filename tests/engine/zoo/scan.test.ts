import { createHash } from 'node:crypto';
import { link, mkdir, readdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pruneStore, readStore, scanZoo, type Zoo } from '../../../src/engine/index.ts';
import { openModel } from '../../../src/engine/models/index.ts';
import { thisProcess } from '../../../src/engine/io/owner.ts';
import { baseModel } from '../../support/families.ts';
import { folderWith } from '../../support/folder.ts';

const signal = new AbortController().signal;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function scanned(root: string, cache?: string): Promise<Zoo> {
  return scanZoo({ roots: [root], cache }, { signal });
}

const ids = ({ models }: Zoo): string[] => models.map(({ id }) => id);

describe('a scan', () => {
  test('takes a repository as one model with what goes with it, and single files as themselves', async () => {
    const root = await folderWith({
      'repo/model.safetensors': baseModel(100),
      'repo/config.json': '{}',
      'repo/README.md': '#',
      'plain/a.safetensors': baseModel(200),
      'plain/b.gguf': 'GGUF',
      'plain/notes.txt': 'x',
      'film.mp4': 'x'.repeat(50),
    });
    const zoo = await scanned(root);
    expect(ids(zoo)).toEqual(['plain/a.safetensors', 'plain/b.gguf', 'repo']);
    const repo = zoo.models.at(-1)!;
    expect(repo).toMatchObject({ kind: 'folder', app: 'huggingface', path: join(root, 'repo'), weightFiles: 1 });
    expect(repo.files).toHaveLength(3);
    expect(zoo.others).toEqual({ files: 2, bytes: 51 });
    expect(zoo.bytes).toBe(zoo.models.reduce((sum, { bytes }) => sum + bytes, 0));
  });

  test('takes a folder that is a model whole, as compressing it does', async () => {
    const root = await folderWith({
      'saved/saved_model.pb': 'graph',
      'saved/fingerprint.pb': 'print',
      'saved/README.md': '#',
      'saved/variables/variables.index': 'index',
      'saved/variables/variables.data-00000-of-00001': 'x'.repeat(100),
      'saved/assets/vocabulary.txt': 'a',
      'core.mlpackage/Manifest.json': '{}',
      'core.mlpackage/Data/com.apple.CoreML/model.mlmodel': 'model',
      'core.mlpackage/Data/com.apple.CoreML/weights/weight.bin': 'weights',
    });
    const zoo = await scanned(root);
    expect(ids(zoo)).toEqual(['core.mlpackage', 'saved']);
    expect(zoo.others.files).toBe(0);
    for (const { path, files } of zoo.models) {
      const { files: taken } = await openModel(path);
      expect(files.map((file) => file.path).sort()).toEqual(taken.map((file) => file.path).sort());
    }
  });

  test('takes shards and numbered parts as one model', async () => {
    const index = JSON.stringify({
      weight_map: { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' },
    });
    const zoo = await scanned(
      await folderWith({
        'sharded/model.safetensors.index.json': index,
        'sharded/model-00001-of-00002.safetensors': baseModel(50),
        'sharded/model-00002-of-00002.safetensors': baseModel(60),
        'sharded/stray.bin': 'left',
        'parts/m-00001-of-00002.gguf': 'GGUF1',
        'parts/m-00002-of-00002.gguf': 'GGUF2',
      }),
    );
    expect(ids(zoo)).toEqual(['parts', 'sharded', 'sharded/stray.bin']);
    expect(zoo.models.map(({ weightFiles }) => weightFiles)).toEqual([2, 2, 1]);
  });

  test('reads the hub cache by its links and counts shared blobs once', async () => {
    const weights = baseModel(300);
    const digest = sha256(weights);
    const hub = 'hub/models--org--name';
    const root = await folderWith({
      [`${hub}/blobs/${digest}`]: weights,
      [`${hub}/blobs/abc`]: '{}',
      [`${hub}/refs/main`]: 'r',
    });
    for (const revision of ['aaaaaaaaaaaa', 'bbbbbbbbbbbb']) {
      const snapshot = join(root, hub, 'snapshots', revision);
      await mkdir(snapshot, { recursive: true });
      await symlink(`../../blobs/${digest}`, join(snapshot, 'model.safetensors'));
      await symlink('../../blobs/abc', join(snapshot, 'config.json'));
    }
    const zoo = await scanned(root);
    expect(zoo.models).toHaveLength(1);
    expect(zoo.models[0]).toMatchObject({ kind: 'hub-snapshot', app: 'huggingface', name: 'org/name@aaaaaaaa' });
    expect(zoo.models[0]!.files[0]).toMatchObject({ sha256: digest, bytes: weights.length });
    expect(zoo.models[0]!.aliases).toEqual([`${hub}/snapshots/bbbbbbbbbbbb`]);
    expect(zoo.bytes).toBe(weights.length + 2);
  });

  test('gives the blobs of Ollama the names of their manifests', async () => {
    const weights = Buffer.from('GGUF and so on');
    const digest = sha256(weights);
    const manifest = JSON.stringify({
      layers: [
        { mediaType: 'application/vnd.ollama.image.model', digest: `sha256:${digest}`, size: weights.length },
        { mediaType: 'application/vnd.ollama.image.params', digest: `sha256:${'0'.repeat(64)}`, size: 3 },
      ],
    });
    const library = 'models/manifests/registry.ollama.ai/library';
    const root = await folderWith({
      [`models/blobs/sha256-${digest}`]: weights,
      [`models/blobs/sha256-${'0'.repeat(64)}`]: '{}\n',
      [`${library}/llama/8b`]: manifest,
      [`${library}/llama/latest`]: manifest,
      [`${library}/broken/1`]: '{',
    });
    const zoo = await scanned(root);
    expect(zoo.models).toMatchObject([
      { name: 'llama:8b', kind: 'ollama', aliases: ['llama:latest'], files: [{ sha256: digest }] },
    ]);
  });

  test('knows the folders of LM Studio and ComfyUI', async () => {
    const zoo = await scanned(
      await folderWith({
        '.lmstudio/models/them/repo/m.gguf': 'GGUF',
        'Comfy/models/checkpoints/c.safetensors': baseModel(20),
        'Comfy/models/loras/l.safetensors': baseModel(30),
      }),
    );
    expect(zoo.models.map(({ app }) => app)).toEqual(['lm-studio', 'comfyui', 'comfyui']);
  });

  test.runIf(process.platform === 'linux')('says of a name that is no UTF-8 why it is left out', async () => {
    const root = await folderWith({ 'm.safetensors': baseModel(100) });
    await writeFile(Buffer.concat([Buffer.from(join(root, 'm')), Buffer.of(0xff), Buffer.from('.safetensors')]), 'x');
    const zoo = await scanned(root);
    expect(ids(zoo)).toEqual(['m.safetensors']);
    expect(zoo.unreadable).toMatchObject([{ reason: expect.stringContaining('no UTF-8') as string }]);
  });

  test('counts hard links and links once, follows no circle, and names what it cannot read', async () => {
    const root = await folderWith({ 'a/m.safetensors': baseModel(100) });
    await mkdir(join(root, 'b'));
    await link(join(root, 'a/m.safetensors'), join(root, 'b/hard.safetensors'));
    await symlink(join(root, 'a/m.safetensors'), join(root, 'a/first.safetensors'));
    await symlink(root, join(root, 'b/circle'));
    const outside = await folderWith({ 'secret.safetensors': baseModel(10) });
    await symlink(join(outside, 'secret.safetensors'), join(root, 'a/secret.safetensors'));
    await symlink(join(root, 'nowhere'), join(root, 'b/broken.safetensors'));
    const zoo = await scanned(root);
    expect(ids(zoo)).toEqual(['a/m.safetensors']);
    expect([...zoo.models[0]!.aliases].sort()).toEqual(['a/first.safetensors', 'b/hard.safetensors']);
    expect(zoo.bytes).toBe(baseModel(100).length);
    expect(zoo.unreadable).toEqual([
      { path: join(root, 'a/secret.safetensors'), reason: expect.stringContaining('outside') as string },
      { path: join(root, 'b/broken.safetensors'), reason: 'a link to what is not there' },
    ]);
  });

  test('fails where no folder can be looked at, and names the one that cannot where others can', async () => {
    const root = await folderWith({ 'm.safetensors': baseModel(100), 'empty/notes.txt': '' });
    const [missing, file] = [join(root, 'nowhere'), join(root, 'm.safetensors')];
    await expect(scanned(missing)).rejects.toMatchObject({ code: 'NOT_FOUND', facts: { path: missing } });
    await expect(scanned(file)).rejects.toMatchObject({ code: 'IO', facts: { path: file } });
    await expect(readStore(missing, signal)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(pruneStore(missing, [], signal)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await readStore(join(root, 'empty'), signal)).archives).toEqual([]);
    const zoo = await scanZoo({ roots: [missing, root] }, { signal });
    expect(zoo.models).toHaveLength(1);
    expect(zoo.unreadable).toEqual([{ path: missing, reason: 'it is not there' }]);
  });

  test('finds equal files, and reads them no second time while nothing changed', async () => {
    const weights = baseModel(400);
    const other = weights.slice();
    other[weights.length >> 1]! ^= 1;
    const root = await folderWith({ 'a.safetensors': weights, 'b.safetensors': weights, 'c.safetensors': other });
    const cache = join(await folderWith({}), 'cache.json');
    const equals = ({ models }: Zoo) => models.map(({ equalTo }) => equalTo);
    expect(equals(await scanned(root, cache))).toEqual([undefined, 'a.safetensors', undefined]);
    expect(equals(await scanned(root, cache))).toEqual([undefined, 'a.safetensors', undefined]);
    await writeFile(join(root, 'b.safetensors'), other);
    await utimes(join(root, 'b.safetensors'), 5, 5);
    expect(equals(await scanned(root, cache))).toEqual([undefined, undefined, 'b.safetensors']);
    await writeFile(cache, 'not JSON');
    expect(equals(await scanned(root, cache))).toEqual([undefined, undefined, 'b.safetensors']);
  });

  test('keeps what it learnt whole, and removes what a killed scan left of it', async () => {
    const [machine] = thisProcess().split(' ');
    const left = `scan.json.partial-${machine} 999999999 1 abcdef`;
    const weights = baseModel(400);
    const root = await folderWith({ 'zoo/a.safetensors': weights, 'zoo/b.safetensors': weights });
    const data = await folderWith({ [`${left}/facts.json`]: '{"version":1,' });
    await scanned(root, join(data, 'scan.json'));
    expect(await readdir(data)).toEqual(['scan.json']);
    // Also where nothing is learnt any more.
    await mkdir(join(data, left));
    await scanned(root, join(data, 'scan.json'));
    expect(await readdir(data)).toEqual(['scan.json']);
    expect(JSON.parse(await readFile(join(data, 'scan.json'), 'utf8'))).toMatchObject({ version: 1 });
  });

  test('stops when it is told to', async () => {
    const stop = new AbortController();
    stop.abort();
    await expect(
      scanZoo({ roots: [await folderWith({ 'a.gguf': 'GGUF' })] }, { signal: stop.signal }),
    ).rejects.toThrow();
  });
});
