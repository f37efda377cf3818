import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gguf } from '@huggingface/gguf';
import { expect, test } from 'vitest';
import { exported } from '../../support/exports.ts';
import { folderWith } from '../../support/folder.ts';
import { config, llama } from '../../support/llama.ts';
import { readGguf } from '../../support/read-gguf.ts';

const special = (id: number, content: string) => ({ id, content, special: true });
const begins = {
  type: 'TemplateProcessing',
  single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
};

/** The metadata that a parser of others finds in the exported file, and what the export said. */
async function read(files: Readonly<Record<string, object>>) {
  const folder = await folderWith({
    'model.safetensors': llama().file,
    'config.json': JSON.stringify(config),
    ...Object.fromEntries(Object.entries(files).map(([name, content]) => [name, JSON.stringify(content)])),
  });
  const { report } = await exported(folder, 'gguf-q8_0', join(folder, 'out'));
  const path = join(report.output, report.outputs[0]!.name);
  const { metadata, tensorInfos } = await gguf(path, { allowLocalFile: true });
  return { metadata: metadata as Record<string, unknown>, tensorInfos, path, notices: report.notices };
}

test('a tokenizer that falls back to bytes gets scores in the order of its merges', async () => {
  const vocab = ['<unk>', '<s>', '</s>', '<0x41>', '▁', 'a', 'b', '▁a', 'ab', '▁ab', 'lonely'];
  const { metadata } = await read({
    'tokenizer.json': {
      added_tokens: [special(0, '<unk>'), special(1, '<s>'), special(2, '</s>')],
      normalizer: { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: '▁' }] },
      pre_tokenizer: null,
      post_processor: begins,
      model: {
        ...{ type: 'BPE', byte_fallback: true, unk_token: '<unk>' },
        vocab: Object.fromEntries(vocab.map((token, id) => [token, id])),
        merges: ['▁ a', 'a b', '▁ ab', '▁a b'],
      },
    },
    'config.json': { ...config, bos_token_id: 1, eos_token_id: [2, 7] },
    'tokenizer_config.json': { chat_template: '{{ messages }}' },
  });
  expect(metadata).toMatchObject({
    'tokenizer.ggml.model': 'llama',
    'tokenizer.ggml.bos_token_id': 1,
    'tokenizer.ggml.eos_token_id': 2,
    'tokenizer.ggml.unknown_token_id': 0,
    'tokenizer.ggml.add_bos_token': true,
    'tokenizer.ggml.add_eos_token': false,
    'tokenizer.ggml.add_space_prefix': true,
    'tokenizer.chat_template': '{{ messages }}',
  });
  expect((metadata['tokenizer.ggml.tokens'] as string[]).slice(0, 12)).toEqual([...vocab, '[PAD11]']);
  expect((metadata['tokenizer.ggml.token_type'] as number[]).slice(0, 12)).toEqual([
    ...[2, 3, 3, 6],
    ...[1, 1, 1, 1, 1, 1, 1, 5],
  ]);
  const scores = metadata['tokenizer.ggml.scores'] as number[];
  expect(scores).toHaveLength(config.vocab_size);
  expect(scores.slice(7, 11)).toEqual([-0, -1, -2, -4]);
});

const byteLevel = (pre_tokenizer: object) => ({
  pre_tokenizer,
  post_processor: { type: 'Sequence', processors: [{ type: 'ByteLevel' }, begins] },
  model: { type: 'BPE', vocab: { a: 0, b: 1, ab: 2 }, merges: [['a', 'b']] },
});
const llama3 =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const split = (Regex: string) => ({
  type: 'Sequence',
  pretokenizers: [
    { type: 'Split', pattern: { Regex }, behavior: 'Isolated' },
    { type: 'ByteLevel', use_regex: false },
  ],
});

test.each([
  ['gpt-2', { type: 'ByteLevel', use_regex: true }, 0],
  ['llama-bpe', split(llama3), 0],
  ['default', split('[a-z]+'), 1],
])('a byte-level tokenizer keeps its merges, and how it cuts text is called %s', async (pre, cut, said) => {
  const { metadata, notices } = await read({ 'tokenizer.json': byteLevel(cut) });
  expect(metadata).toMatchObject({
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.pre': pre,
    'tokenizer.ggml.merges': ['a b'],
    'tokenizer.ggml.add_bos_token': true,
  });
  expect(notices.filter((notice) => notice.includes('cuts text'))).toHaveLength(said);
});

test('rotations that are scaled as in Llama 3.1 are written as a tensor, linear ones as metadata', async () => {
  const scaled = {
    ...{ rope_type: 'llama3', factor: 8, low_freq_factor: 1, high_freq_factor: 4 },
    original_max_position_embeddings: 32,
  };
  const { tensorInfos, path } = await read({ 'config.json': { ...config, rope_scaling: scaled } });
  expect(tensorInfos.find(({ name }) => name === 'rope_freqs.weight')).toMatchObject({ dtype: 0, shape: [32n] });
  const factors = readGguf(await readFile(path)).tensors.get('rope_freqs.weight')!.values;
  // More than 4 turns in 32 tokens are left alone, less than one is slowed by 8, between them it goes smoothly.
  const turns = (at: number) => 32 / (2 * Math.PI * 10_000 ** (at / 32));
  const places = [0, 1, 4, 8, 31].map((at) => [turns(at), factors[at]!] as const);
  for (const [count, factor] of places) {
    const share = Math.min(1, Math.max(0, (count - 1) / 3));
    expect(1 / factor).toBeCloseTo((1 - share) / 8 + share, 5);
  }
  expect([factors[0], factors[31]]).toEqual([1, 8]);
  const linear = await read({ 'config.json': { ...config, rope_scaling: { type: 'linear', factor: 4 } } });
  expect(linear.metadata).toMatchObject({ 'llama.rope.scaling.type': 'linear', 'llama.rope.scaling.factor': 4 });
  expect(linear.tensorInfos.some(({ name }) => name === 'rope_freqs.weight')).toBe(false);
  await expect(read({ 'config.json': { ...config, rope_scaling: { type: 'yarn', factor: 4 } } })).rejects.toThrow(
    /rope_scaling/,
  );
});
