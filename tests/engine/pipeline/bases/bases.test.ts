import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Archive } from '../../../../src/engine/archive/archive.ts';
import { encodeEnd, encodeHeader } from '../../../../src/engine/archive/frame.ts';
import { encodeIndex, type IndexText } from '../../../../src/engine/archive/index-text.ts';
import { compress, inspect, restore, verify } from '../../../../src/engine/index.ts';
import { memorySource } from '../../../../src/engine/io/memory-source.ts';
import { baseModel, fineTune, modelOf } from '../../../support/families.ts';
import { folderWith } from '../../../support/folder.ts';
import { context, finish } from '../../../support/jobs.ts';
import { corpusPath, hasModelCorpus } from '../../../support/models.ts';
import { randomBytes } from '../../../support/streams.ts';

const weights = 800_000;

async function family() {
  const folder = await folderWith({
    'base.safetensors': baseModel(weights),
    'tuned.safetensors': fineTune(weights, 1e-3),
  });
  const [base, tuned, archive] = ['base.safetensors', 'tuned.safetensors', 'tuned.fwz'].map((name) =>
    join(folder, name),
  );
  return { folder, base: base!, tuned: tuned!, archive: archive! };
}

async function archived(input: string, output: string, bases: readonly string[], more: object = {}) {
  return (await finish(compress({ input, output, bases, ...more }, context()))).report;
}

async function restored(archive: string, more: object = {}): Promise<Buffer> {
  const output = `${archive}.back`;
  await finish(restore({ archive, output, overwrite: true, ...more }, context()));
  return readFile(output);
}

const limits = { indexBytes: 2 ** 24 };
const sha256 = '5'.repeat(64);

describe('a model stored as a difference to another', () => {
  test('is small, needs its base, and comes back from it or from its archive', async () => {
    const { folder, base, tuned, archive } = await family();
    const original = await readFile(tuned);
    const report = await archived(tuned, archive, [base]);
    expect(report.bytesOut).toBeLessThan(0.09 * report.bytesIn);
    expect(report.bases).toMatchObject([{ name: 'base.safetensors', bytes: (await stat(base)).size }]);
    expect(report.tensors.find(({ name }) => name === 'first')?.codec).toBe('difference');
    expect((await inspect({ path: archive })).bases).toEqual(report.bases);
    expect(Buffer.compare(await restored(archive), original)).toBe(0);
    const { report: proved } = await finish(verify({ archive, against: tuned }, context()));
    expect(proved.proved).toContain('original');

    const elsewhere = await folderWith({});
    const moved = join(elsewhere, 'unknown name.bin');
    await rename(base, moved);
    await expect(restored(archive)).rejects.toMatchObject({ code: 'BASE_MISSING' });
    expect(Buffer.compare(await restored(archive, { bases: [moved] }), original)).toBe(0);
    expect(Buffer.compare(await restored(archive, { bases: [elsewhere] }), original)).toBe(0);
    await archived(moved, join(folder, 'store of it.fwz'), []);
    expect(Buffer.compare(await restored(archive), original)).toBe(0);
    expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('has the same bytes on any number of threads, from the base or its archive', async () => {
    const { folder, base, tuned } = await family();
    await archived(base, join(folder, 'base.fwz'), []);
    const outputs = await Promise.all(
      [
        [base, { threads: 1 }],
        [base, { threads: 3, memoryBytes: 2 ** 28 }],
        [join(folder, 'base.fwz'), {}],
      ].map(async ([from, more], place) => {
        const output = join(folder, `${place}.fwz`);
        await archived(tuned, output, [from as string], more as object);
        return (await readFile(output)).toString('base64');
      }),
    );
    expect(new Set(outputs).size).toBe(1);
  });

  test('never costs its base: no output is written over what an archive needs, as file or as archive', async () => {
    const { folder, base, tuned, archive } = await family();
    const [baseArchive, middle, leaf] = ['base.fwz', 'middle.fwz', 'leaf.safetensors'].map((name) =>
      join(folder, name),
    );
    const near = await readFile(tuned);
    near.fill(0, near.length - 64);
    await writeFile(leaf!, near);
    await archived(base, baseArchive!, []);
    const kept = new Map<string, Buffer>();
    const replaced = async (path: string, work: Promise<unknown>) => {
      await expect(work, path).rejects.toMatchObject({ code: 'USAGE', facts: { path } });
      expect(Buffer.compare(await readFile(path), kept.get(path)!)).toBe(0);
    };
    for (const path of [base, baseArchive!]) kept.set(path, await readFile(path));
    for (const path of kept.keys()) await replaced(path, archived(tuned, path, [path], { overwrite: true }));

    await archived(tuned, archive, [base]);
    await archived(leaf!, middle!, [archive]);
    for (const path of [archive, middle!]) kept.set(path, await readFile(path));
    for (const path of [base, baseArchive!])
      await replaced(path, finish(restore({ archive, output: path, overwrite: true, bases: [path] }, context())));
    // Once a base is an archive only, what that needs is needed too.
    await rm(tuned);
    for (const path of [base, baseArchive!, archive]) {
      await replaced(path, archived(leaf!, path, [archive], { overwrite: true }));
      await replaced(path, finish(restore({ archive: middle!, output: path, overwrite: true }, context())));
    }
    expect(Buffer.compare(await restored(middle!), await readFile(leaf!))).toBe(0);
  });

  test('is never restored from another base', async () => {
    const { base, tuned, archive } = await family();
    await archived(tuned, archive, [base]);
    const other = await readFile(base);
    other[other.length - 9]! ^= 1;
    await writeFile(base, other);
    await expect(restored(archive, { bases: [base] })).rejects.toMatchObject({ code: 'DIFFERENT' });
    await expect(restored(archive)).rejects.toMatchObject({ code: 'BASE_MISSING' });
  });

  test('takes equal tensors whatever they are called, and nothing from a stranger', async () => {
    const same = randomBytes(300_000, 4);
    const folder = await folderWith({
      'base.safetensors': modelOf([
        ['a', 'F32', randomBytes(400_000, 5)],
        ['b', 'F32', same],
      ]),
      'other.safetensors': modelOf([
        ['x', 'F32', same],
        ['a', 'F32', randomBytes(400_000, 6)],
      ]),
      'stranger.safetensors': modelOf([['a', 'F32', randomBytes(400_000, 7)]]),
    });
    const base = join(folder, 'base.safetensors');
    const report = await archived(join(folder, 'other.safetensors'), join(folder, 'other.fwz'), [base]);
    expect(report.tensors.find(({ name }) => name === 'x')?.bytesOut).toBeLessThan(50);
    expect(report.bytesOut).toBeLessThan(402_000);
    const stranger = await archived(join(folder, 'stranger.safetensors'), join(folder, 'stranger.fwz'), [base]);
    expect(stranger.bases).toBeUndefined();
    const archive = await Archive.open(memorySource(await readFile(join(folder, 'stranger.fwz')), 'stranger'), limits);
    expect(archive.bases).toEqual([]);
  });

  test('may be the base of another, but never of its own', async () => {
    const { folder, base, tuned, archive } = await family();
    await expect(archived(base, join(folder, 'x.fwz'), [base])).rejects.toMatchObject({ code: 'USAGE' });
    await archived(tuned, archive, [base]);
    await writeFile(join(folder, 'third.safetensors'), fineTune(weights, 1e-3, 1, 40));
    const third = join(folder, 'third.fwz');
    await archived(join(folder, 'third.safetensors'), third, [archive]);
    const original = await readFile(join(folder, 'third.safetensors'));
    await rm(tuned);
    expect(Buffer.compare(await restored(third), original)).toBe(0);
    // The base is itself stored as a difference to what would now be stored as a difference to it.
    await expect(archived(base, join(folder, 'base.fwz'), [archive])).rejects.toMatchObject({ code: 'USAGE' });
    await rm(base);
    await expect(restored(third)).rejects.toMatchObject({ code: 'BASE_MISSING' });
  });

  test('is refused where its index refers to places outside the base', async () => {
    const index: IndexText = {
      name: 'x',
      files: [{ name: 'x', format: 'bytes', bytes: 4, sha256, metadata: {}, streams: [0], starts: [0], lengths: [4] }],
      streams: { lengths: [4], widths: [1], codecs: ['xor'] },
      blocks: { lengths: [5], crc32s: [0] },
      tensors: { files: [], names: [], dtypes: [], shapes: [], offsets: [], lengths: [], sha256s: [] },
      bases: [{ name: 'base', bytes: 100, sha256 }],
    };
    const open = (references: IndexText['references']): Promise<Archive> => {
      const blocks = new Uint8Array(5);
      const bytes = encodeIndex({ ...index, references });
      const archive = Buffer.concat([encodeHeader(), blocks, bytes, encodeEnd(bytes, blocks)]);
      return Archive.open(memorySource(archive, 'archive'), limits);
    };
    expect((await open({ streams: [0], bases: [0], offsets: [96] })).bases).toHaveLength(1);
    for (const [streams, bases, offsets] of [
      [[0], [0], [97]],
      [[0], [1], [0]],
      [[1], [0], [0]],
      [
        [0, 0],
        [0, 0],
        [0, 0],
      ],
    ])
      await expect(open({ streams, bases, offsets } as IndexText['references'])).rejects.toMatchObject({
        code: 'DAMAGED',
      });
    await expect(open(undefined)).rejects.toMatchObject({ code: 'DAMAGED' });
  });
});

test.skipIf(!hasModelCorpus)('Silero VAD v6 as a difference to v5 is not larger than alone', async () => {
  const folder = await folderWith({});
  const input = corpusPath('vad', 'silero_vad_v6.onnx');
  const alone = await archived(input, join(folder, 'alone.fwz'), []);
  const difference = await archived(input, join(folder, 'difference.fwz'), [corpusPath('vad', 'silero_vad_v5.onnx')]);
  expect(difference.bytesOut).toBeLessThanOrEqual(alone.bytesOut);
});
