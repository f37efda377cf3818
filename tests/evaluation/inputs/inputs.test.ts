import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { zipSync } from 'fflate';
import { WaveFile } from 'wavefile';
import sharp from 'sharp';
import { openDataset, type Dataset } from '../../../src/evaluation/inputs/dataset.ts';
import { pseudoDataset } from '../../../src/evaluation/inputs/pseudo.ts';
import { taskSchema, type Task } from '../../../src/evaluation/task/schema.ts';
import { folderWith } from '../../support/folder.ts';
import { npyFile, npyHeader } from '../../support/numpy.ts';

const taskOf = (task: object): Task => taskSchema.parse({ task: 1, title: 'Inputs', metrics: [], ...task });

/** All elements of the first input of an item. */
async function elementsOf(dataset: Dataset, place: number, frame = 0): Promise<readonly number[]> {
  const [feed] = (await dataset.item(place)).feeds(frame);
  return Array.from(feed!.values.data, Number);
}

test('images of every kind come as the pixels that they hold, in the order and with the mean that the task tells', async () => {
  const folder = await folderWith({});
  await mkdir(join(folder, 'photos', '1'), { recursive: true });
  await mkdir(join(folder, 'photos', '0'));
  const pixels = Uint8Array.from({ length: 8 * 8 * 3 }, (_, at) => (at * 7) % 256);
  const raw = { width: 8, height: 8, channels: 3 } as const;
  await sharp(pixels, { raw })
    .png()
    .toFile(join(folder, 'photos', '1', 'a.png'));
  await sharp(pixels, { raw })
    .webp({ lossless: true })
    .toFile(join(folder, 'photos', '1', 'b.webp'));
  // A photograph that lies on its side, as cameras write it: one flat colour, so that JPEG changes next to nothing.
  const flat = Uint8Array.from({ length: 16 * 8 * 3 }, (_, at) => [200, 100, 50][at % 3]!);
  await sharp(flat, { raw: { width: 16, height: 8, channels: 3 } })
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 100 })
    .toFile(join(folder, 'photos', '0', 'c.jpg'));
  const values = { divide: 255, mean: [0.5, 0.4, 0.3], deviation: [0.2, 0.1, 0.5] };
  const spec = { from: 'images', folder: 'photos', width: 8, height: 8, values };
  const open = (more: object) =>
    openDataset(taskOf({ inputs: [{ ...spec, ...more }], target: { from: 'folders' } }), folder);

  await using apart = await open({});
  expect(apart.count).toBe(3);
  const ready = (channel: number, pixel: number) =>
    Math.fround((pixels[pixel * 3 + channel]! / 255 - values.mean[channel]!) / values.deviation[channel]!);
  const planes = [0, 1, 2].flatMap((channel) => Array.from({ length: 64 }, (_, pixel) => ready(channel, pixel)));
  expect(await elementsOf(apart, 1)).toEqual(planes);
  expect(await elementsOf(apart, 2)).toEqual(planes);
  const photograph = await apart.item(0);
  expect(photograph.name).toBe('0/c.jpg');
  expect(photograph.target(0)).toEqual({ numbers: Float64Array.of(0) });
  const [red = NaN] = await elementsOf(apart, 0);
  expect(red * 0.2 + 0.5).toBeCloseTo(200 / 255, 1.8);

  await using together = await open({ layout: 'channels-last', order: 'bgr', values: {} });
  const [feed] = (await together.item(1)).feeds(0);
  expect(feed!.values.shape).toEqual([1, 8, 8, 3]);
  expect(Array.from(feed!.values.data, Number)).toEqual(
    Array.from(pixels, (_, at) => pixels[at - (at % 3) + (2 - (at % 3))]),
  );

  await rm(join(folder, 'photos', '0', 'c.jpg'));
  await writeFile(join(folder, 'photos', '0', 'd.png'), 'no image');
  await using broken = await open({});
  await expect(broken.item(0)).rejects.toMatchObject({ code: 'MALFORMED' });
});

test('sound of .wav files is mixed to one channel, resampled, and cut into frames with what was before', async () => {
  const samples = Array.from({ length: 64 }, (_, at) => Math.round(8000 * Math.sin(at / 5)));
  const wave = new WaveFile();
  wave.fromScratch(2, 16000, '16', [samples, samples.map((value) => value / 2)]);
  const slow = new WaveFile();
  slow.fromScratch(1, 8000, '16', samples);
  const folder = await folderWith({ 'sounds/a.wav': wave.toBuffer(), 'sounds/b.wav': slow.toBuffer() });
  const inputs = [{ from: 'audio', folder: 'sounds', rate: 16000, frame: 16, hop: 8, context: 4 }];
  await using dataset = await openDataset(taskOf({ inputs, unit: 'clips' }), folder);
  const clip = await dataset.item(0);
  expect([clip.name, clip.frames]).toEqual(['a.wav', 7]);
  const mixed = (at: number) => (at < 0 ? 0 : (samples[at]! + Math.trunc(samples[at]! / 2)) / 2 / 32768);
  const second = await elementsOf(dataset, 0, 1);
  expect(second).toHaveLength(20);
  for (const [at, value] of second.entries()) expect(value).toBeCloseTo(mixed(8 - 4 + at), 4);
  expect((await elementsOf(dataset, 0, 0)).slice(0, 4)).toEqual([0, 0, 0, 0]);
  // Twice as many samples at twice the rate.
  expect((await dataset.item(1)).frames).toBe(15);
});

test('text is cut into tokens by its tokenizer, in windows, each token with the one after it', async () => {
  const words = ['a', 'model', 'says', 'what', 'is', 'next'];
  const tokenizer = {
    version: '1.0',
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: 'Whitespace' },
    post_processor: null,
    decoder: null,
    model: { type: 'WordLevel', unk_token: 'a', vocab: Object.fromEntries(words.map((word, id) => [word, id])) },
  };
  const folder = await folderWith({
    'text.txt': 'a model says what is next says a model is',
    'tokenizer.json': JSON.stringify(tokenizer),
  });
  const inputs = [{ from: 'tokens', text: 'text.txt', tokenizer: 'tokenizer.json', window: 4, stride: 3 }];
  await using dataset = await openDataset(taskOf({ inputs, target: { from: 'next-token' } }), folder);
  expect(dataset.count).toBe(2);
  expect(await elementsOf(dataset, 1)).toEqual([3, 4, 5, 2]);
  const { target, preview } = await dataset.item(1);
  expect(target(0)).toEqual({ numbers: Float64Array.of(4, 5, 2, 0) });
  expect(JSON.stringify(await preview?.())).toContain('what is next');
});

test('windows of token numbers show their text where a metric names the tokens', async () => {
  const folder = await folderWith({
    'tokens.u16': new Uint8Array(Uint16Array.of(0, 1, 2, 0, 9, 1).buffer),
    'texts.json': JSON.stringify({ words: ['a ', 'caf\u00c3\u00a9 ', 'b '] }),
  });
  const inputs = [{ from: 'tokens', data: { file: 'tokens.u16', type: 'uint16' }, window: 2 }];
  const tokens = { file: 'texts.json', field: 'words' };
  const open = (latin1: boolean) =>
    openDataset(
      taskOf({ inputs, target: { from: 'next-token' }, metrics: [{ metric: 'bits-per-byte', tokens, latin1 }] }),
      folder,
    );
  await using dataset = await open(true);
  expect(await (await dataset.item(0)).preview?.()).toEqual({ kind: 'text', text: 'a café b ' });
  // A number that is no token of the list is left out.
  expect(await (await dataset.item(1)).preview?.()).toEqual({ kind: 'text', text: 'b a ' });
  await using other = await open(false);
  expect(await (await other.item(0)).preview?.()).toEqual({ kind: 'text', text: 'a caf\u00c3\u00a9 b ' });
});

test('numbers are the same from a raw file, .npy and .npz, compressed or not', async () => {
  const numbers = Float32Array.from({ length: 24 }, (_, at) => at / 3);
  const raw = new Uint8Array(numbers.buffer);
  const npy = npyFile(npyHeader("'<f4'", '(4, 6)'), raw);
  const npz = zipSync({
    'other.npy': npyFile(npyHeader("'|u1'", '(1,)'), raw.subarray(0, 1)),
    'x.npy': npy,
  });
  const folder = await folderWith({
    'x.f32': raw,
    'x.f32.gz': gzipSync(raw),
    'x.f32.zst': zstdCompressSync(raw),
    'x.npy': npy,
    'x.npy.zst': zstdCompressSync(npy),
    'x.npz': npz,
    'one.npz': zipSync({ 'x.npy': npy }),
    'none.npz': zipSync({}),
    'cut.npy.gz': gzipSync(npy).subarray(0, 40),
    'cut.npz': npz.subarray(0, npz.length / 2),
  });
  const open = (data: object) => openDataset(taskOf({ inputs: [{ from: 'arrays', data, shape: [2, 3] }] }), folder);
  for (const data of [
    { file: 'x.f32', type: 'float32' },
    { file: 'x.f32.gz', type: 'float32' },
    { file: 'x.f32.zst', type: 'float32' },
    { file: 'x.npy' },
    { file: 'x.npy.zst' },
    { file: 'x.npz', array: 'x' },
    { file: 'one.npz' },
  ]) {
    await using dataset = await open(data);
    expect([dataset.count, await elementsOf(dataset, 2)]).toEqual([4, Array.from(numbers.subarray(12, 18))]);
  }
  await expect(open({ file: 'cut.npy.gz' })).rejects.toMatchObject({ code: 'MALFORMED' });
  await expect(open({ file: 'cut.npz', array: 'x' })).rejects.toMatchObject({ code: 'MALFORMED' });
  await expect(open({ file: 'x.npz', array: 'y' })).rejects.toThrow(/no array "y"; it has: other, x/);
  await expect(open({ file: 'x.npz' })).rejects.toThrow(/which "array" of .* is meant; it has: other, x\./);
  await expect(open({ file: 'none.npz' })).rejects.toThrow(/which "array" of .* is meant; it has none\./);
  await expect(open({ file: 'none.npz', array: 'x' })).rejects.toThrow(/no array "x"; it has none\./);
});

test.each([{ divide: 0 }, { deviation: 0 }, { deviation: [0.2, 0] }])('values are not divided by 0: %o', (values) => {
  const input = { from: 'arrays', data: { file: 'x.npy' }, shape: [2, 3], values };
  expect(() => taskOf({ inputs: [input] })).toThrow(/divided by 0/);
});

test('made-up sound is longer than a filter, with one clip in its state', async () => {
  const ports = [
    { name: 'input', type: 'float32', shape: ['batch', 'samples'] },
    { name: 'state', type: 'float32', shape: [2, 'batch', 128] },
    { name: 'sr', type: 'int64', shape: [] },
  ];
  const feeds = (await pseudoDataset(ports, 1, 0).item(0)).feeds(0);
  expect(feeds.map(({ values }) => values.shape)).toEqual([[1, 512], [2, 1, 128], []]);
  expect(feeds[2]?.values.data).toEqual(BigInt64Array.of(16000n));
  const text = (await pseudoDataset([{ name: 'ids', type: 'int64', shape: ['batch', 'tokens'] }], 1, 0).item(0)).feeds(
    0,
  );
  expect(text[0]?.values.shape).toEqual([1, 32]);
});
