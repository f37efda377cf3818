import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { compress } from '../../../src/engine/index.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';
import { randomNumbers } from '../../support/streams.ts';

const root = join(import.meta.dirname, '../../..');

const texts = [
  'README.md',
  'package.json',
  'package-lock.json',
  'samples/tasks/digits.json',
  'src/engine/archive/spec.md',
];

test.each(texts)(
  'texts of a few kB and up to a block, such as %s, take less than zstd -19 needs, frame and digests included',
  async (path) => {
    const text = await readFile(join(root, path));
    const folder = await folderWith({ [basename(path)]: text });
    const { report } = await finish(compress({ input: join(folder, basename(path)) }, context()));
    const params = { [constants.ZSTD_c_compressionLevel]: 19 };
    expect(report.bytesOut).toBeLessThan(zstdCompressSync(text, { params }).length);
  },
);

/** A vocabulary with its merges, as tokenizers have them: syllables put together, the frequent ones first. */
function vocabulary(words: number): Uint8Array {
  const random = randomNumbers(11);
  const pick = (from: string): string => from[Math.floor(random() ** 2 * from.length)] ?? '';
  const syllable = (): string => pick('tsrnlmdcpbkfghvwyxzj') + pick('eaoiu') + (random() < 0.4 ? pick('nrstlm') : '');
  const parts = Array.from({ length: words }, () => Array.from({ length: 1 + Math.floor(random() * 3) }, syllable));
  const vocab = Object.fromEntries(parts.map((word, index) => [`Ġ${word.join('')}`, index]));
  const merges = parts.flatMap((word) => (word.length > 1 ? [`${word.slice(0, -1).join('')} ${word.at(-1)}`] : []));
  return Buffer.from(JSON.stringify({ version: '1.0', model: { type: 'BPE', vocab, merges } }));
}

test('texts of more than a block take less than zstd -19 needs for the whole', async () => {
  const text = vocabulary(80_000);
  expect(text.length).toBeGreaterThan(1.05 * 2 ** 20);
  const folder = await folderWith({ 'tokenizer.json': text });
  const { report } = await finish(compress({ input: join(folder, 'tokenizer.json') }, context()));
  const params = { [constants.ZSTD_c_compressionLevel]: 19 };
  expect(report.bytesOut / zstdCompressSync(text, { params }).length).toBeLessThan(0.95);
});

test('a configuration of some hundred bytes takes less than zstd -19 needs, though its sha256 is a third of it', async () => {
  const settings = {
    activation: 'silu',
    architectures: ['MixerForSpeech'],
    channels: [32, 64, 128],
    dropout: 0.05,
    hidden_size: 640,
    initializer_range: 0.01,
    kernel_size: 5,
    model_type: 'mixer',
    num_attention_heads: 10,
    num_hidden_layers: 14,
    sampling_rate: 24000,
    torch_dtype: 'bfloat16',
    vocab_size: 1027,
  };
  const text = Buffer.from(JSON.stringify(settings, undefined, 2));
  const folder = await folderWith({ 'config.json': text });
  const { report } = await finish(compress({ input: join(folder, 'config.json') }, context()));
  const params = { [constants.ZSTD_c_compressionLevel]: 19 };
  expect(report.bytesOut).toBeLessThan(zstdCompressSync(text, { params }).length);
});
