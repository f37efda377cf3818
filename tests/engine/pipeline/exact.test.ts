import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compress, inspect, restore, verify } from '../../../src/engine/index.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';
import { mixedModel } from '../../support/mixed-model.ts';
import { corpusPath, hasModelCorpus } from '../../support/models.ts';
import { safetensorsSamples } from '../../support/safetensors.ts';
import { readArchive } from '../../support/read-archive.ts';
import { randomBytes, weights } from '../../support/streams.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function compressed(bytes: Uint8Array, name = 'model.safetensors', preset?: 'quick' | 'balanced' | 'smallest') {
  const folder = await folderWith({ [name]: bytes });
  const archive = join(folder, 'out.fwz');
  const { report, events } = await finish(compress({ input: join(folder, name), output: archive, preset }, context()));
  return { folder, archive, report, events };
}

describe('compress and restore', () => {
  test('give back every byte, for every preset, and say what became of each tensor', async () => {
    const bytes = mixedModel(40_000);
    for (const preset of ['quick', 'balanced', 'smallest'] as const) {
      const { folder, archive, report, events } = await compressed(bytes, 'model.safetensors', preset);
      expect(report).toMatchObject({ bytesIn: bytes.length, sha256: sha256(bytes), preset, proof: 'bytes' });
      expect(report.bytesOut).toBe((await stat(archive)).size);
      expect(report.bytes.tensors + report.bytes.other + report.bytes.frame).toBe(report.bytesOut);
      expect(report.bytesOut).toBeLessThan(bytes.length * 0.8);
      const again = report.tensors.find(({ name }) => name === 'again.BF16');
      expect(again).toMatchObject({ bytesOut: 0, equalTo: 'weights.BF16', codec: 'equal' });
      for (const tensor of report.tensors) expect(tensor.sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(events.filter(({ type }) => type === 'tensor')).toHaveLength(report.tensors.length);
      const restored = join(folder, 'restored.bin');
      const back = await finish(restore({ archive, output: restored }, context()));
      expect(back.report.sha256).toBe(sha256(bytes));
      expect(Buffer.compare(await readFile(restored), bytes)).toBe(0);
    }
  });

  test('write the same archive on any number of threads and within any budget', async () => {
    const bytes = mixedModel(700_000);
    const folder = await folderWith({ 'm.safetensors': bytes });
    const digests = new Set<string>();
    for (const [threads, memoryBytes] of [
      [1, 2 ** 30],
      [2, 2 ** 30],
      [5, 2 ** 29],
      [2, 2 ** 28],
    ] as const) {
      const output = join(folder, `${threads}-${memoryBytes}.fwz`);
      await finish(compress({ input: join(folder, 'm.safetensors'), output, threads, memoryBytes }, context()));
      digests.add(sha256(await readFile(output)));
    }
    expect(digests.size).toBe(1);
  });

  test('restore one tensor alone', async () => {
    const { folder, archive } = await compressed(mixedModel(5000));
    for (const [tensor, expected] of [
      ['weights.F16', weights('F16', 5000).stream.bytes],
      ['again.BF16', weights('BF16', 5000).stream.bytes],
      ['tiny.3', weights('F32', 40, 4).stream.bytes],
      ['noise', randomBytes(5000)],
    ] as const) {
      const output = join(folder, `${tensor}.bin`);
      await finish(restore({ archive, output, tensor }, context()));
      expect(Buffer.compare(await readFile(output), expected), tensor).toBe(0);
    }
    await expect(finish(restore({ archive, tensor: 'nothing' }, context()))).rejects.toMatchObject({ code: 'USAGE' });
  });

  test.each([
    ['an empty file', new Uint8Array(0)],
    ['one byte', Uint8Array.of(7)],
    ['noise', randomBytes(300_000)],
    ['text', Buffer.from('{"a": 1}\n'.repeat(5000))],
    [
      'a header that claims more than there is',
      Buffer.concat([Buffer.from([255, 255, 255, 255, 0, 0, 0, 0]), randomBytes(100)]),
    ],
  ])('store %s exactly, grown by the frame at most', async (_, bytes) => {
    const { folder, archive, report } = await compressed(bytes);
    expect(report.bytesOut).toBeLessThan(bytes.length * 1.0001 + 512);
    const output = join(folder, 'back');
    await finish(restore({ archive, output }, context()));
    expect(Buffer.compare(await readFile(output), bytes)).toBe(0);
  });

  test('give back generated safetensors files of every dtype and shape, many to a model', async () => {
    const samples = fc.sample(safetensorsSamples, { numRuns: 200, seed: 11 });
    const files: Record<string, Uint8Array | string> = {
      'edge/model.safetensors.index.json': JSON.stringify({
        weight_map: Object.fromEntries(samples.map((_, at) => [`t${at}`, `part-${at}.safetensors`])),
      }),
    };
    samples.forEach(({ bytes }, at) => (files[`edge/part-${at}.safetensors`] = bytes));
    const folder = await folderWith(files);
    const archive = join(folder, 'edge.fwz');
    const { report } = await finish(compress({ input: join(folder, 'edge'), output: archive }, context()));
    expect(report.files).toHaveLength(samples.length + 1);
    expect(report.tensors).toHaveLength(samples.reduce((sum, { tensors }) => sum + tensors.length, 0));
    const restored = await readArchive(await readFile(archive));
    samples.forEach(({ bytes }, at) => {
      expect(Buffer.compare(restored.get(`part-${at}.safetensors`) ?? Buffer.alloc(0), bytes), `part ${at}`).toBe(0);
    });
    await finish(verify({ archive, against: join(folder, 'edge') }, context()));
  });

  test.skipIf(!hasModelCorpus)('keep a sharded model with its index together', async () => {
    const folder = await folderWith({});
    const archive = join(folder, 'lm.fwz');
    const input = corpusPath('austen-lm/sharded');
    const { report } = await finish(
      compress({ input: join(input, 'model.safetensors.index.json'), output: archive }, context()),
    );
    expect(report.files.map(({ name }) => name)).toEqual((await readdir(input)).sort());
    await finish(restore({ archive, output: join(folder, 'back') }, context()));
    for (const name of await readdir(input))
      expect(Buffer.compare(await readFile(join(folder, 'back', name)), await readFile(join(input, name))), name).toBe(
        0,
      );
  });
});

describe('verify', () => {
  test('climbs every rung, and names what differs', async () => {
    const bytes = mixedModel(5000);
    const { folder, archive } = await compressed(bytes);
    const original = join(folder, 'model.safetensors');
    const { report } = await finish(
      verify({ archive, against: original, sha256: sha256(bytes).toUpperCase() }, context()),
    );
    expect(report.proved).toEqual(['checksums', 'tensors', 'files', 'original', 'published-sha256']);
    const changed = Buffer.from(bytes);
    changed[changed.length - 10] = (changed[changed.length - 10] ?? 0) ^ 1;
    await writeFile(original, changed);
    await expect(finish(verify({ archive, against: original }, context()))).rejects.toMatchObject({
      code: 'DIFFERENT',
      message: expect.stringContaining('noise') as string,
    });
    await expect(finish(verify({ archive, sha256: '0'.repeat(64) }, context()))).rejects.toMatchObject({
      code: 'DIFFERENT',
    });
    await expect(finish(verify({ archive, sha256: 'abc' }, context()))).rejects.toMatchObject({ code: 'USAGE' });
  });
});

describe('inspect', () => {
  test('tells the same tensors of a model and of its archive', async () => {
    const { folder, archive, report } = await compressed(mixedModel(5000));
    const model = await inspect({ path: join(folder, 'model.safetensors') });
    const stored = await inspect({ path: archive });
    expect(model.kind).toBe('model');
    expect(stored).toMatchObject({
      kind: 'archive',
      bytes: model.bytes,
      bytesOut: report.bytesOut,
      dtypes: model.dtypes,
    });
    expect(stored.tensors).toMatchObject(model.tensors);
    expect(stored.metadata).toEqual({ format: 'pt' });
  });

  test('names the fault of a malformed file, which can still be stored', async () => {
    const bytes = mixedModel(100).slice(0, -50);
    const { folder, report } = await compressed(bytes);
    const { files } = await inspect({ path: join(folder, 'model.safetensors') });
    expect(files[0]?.fault).toMatch(/noise/);
    expect(report.notices[0]).toMatch(/stored exactly/);
  });
});
