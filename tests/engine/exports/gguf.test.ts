import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exported } from '../../support/exports.ts';
import { folderWith } from '../../support/folder.ts';
import { config, llama, shapes } from '../../support/llama.ts';
import { safetensorsFile } from '../../support/safetensors.ts';
import { blocks, readGguf } from '../../support/read-gguf.ts';
import { loadExports } from '../../../src/engine/index.ts';
import { blockForms, encodeBlocks } from '../../../src/engine/exports/gguf/blocks.ts';

const tokenizer = {
  model: {
    type: 'BPE',
    vocab: Object.fromEntries(Array.from({ length: 40 }, (_, id) => [`t${id}`, id])),
    merges: ['t1 t2'],
  },
  added_tokens: [{ id: 39, content: '</s>', special: true }],
};

/** ‖W − Ŵ‖ / ‖W‖ of near-normal weights, and the types of matrices whose rows are and are not whole blocks of 256. */
test.each([
  ['gguf-f16', 0.0005, 1, 1],
  ['gguf-q8_0', 0.006, 8, 8],
  ['gguf-q4_0', 0.11, 2, 2],
  ['gguf-q4_k', 0.09, 12, 8],
  ['gguf-q6_k', 0.025, 14, 8],
] as const)('%s parses with another reader and stands for the weights', async (target, allowed, type, narrow) => {
  const { file, values } = llama();
  const folder = await folderWith({
    'model.safetensors': file,
    'config.json': JSON.stringify(config),
    'tokenizer.json': JSON.stringify(tokenizer),
    LICENSE: 'CC0',
  });
  const { report } = await exported(folder, target, join(folder, 'out'));
  const { metadata, tensors } = readGguf(await readFile(join(report.output, report.outputs[0]?.name ?? '')));
  expect(tensors.size).toBe(shapes.length);
  expect(metadata.get('llama.attention.head_count_kv')).toBe(2);
  expect(metadata.get('tokenizer.ggml.tokens')).toHaveLength(40);
  expect(metadata.get('featherweight.export')).toBe(target);
  expect(await readFile(join(report.output, 'LICENSE'), 'utf8')).toBe('CC0');
  expect([tensors.get('blk.1.ffn_up.weight')?.type, tensors.get('blk.1.ffn_down.weight')?.type]).toEqual([
    type,
    narrow,
  ]);
  expect(tensors.get('output_norm.weight')?.values).toEqual(values.get('model.norm.weight'));
  for (const [theirs, ours] of [
    ['blk.1.ffn_up.weight', 'model.layers.1.mlp.up_proj.weight'],
    ['token_embd.weight', 'model.embed_tokens.weight'],
    ['blk.0.attn_output.weight', 'model.layers.0.self_attn.o_proj.weight'],
  ]) {
    const [stored, original] = [tensors.get(theirs ?? '')?.values, values.get(ours ?? '')];
    expect(relativeError(original, stored)).toBeLessThan(allowed);
  }
  // Rows 2i and 2i + 1 of a head of 64 rows are rows i and i + 32.
  const [query, original] = [
    tensors.get('blk.0.attn_q.weight')?.values,
    values.get('model.layers.0.self_attn.q_proj.weight'),
  ];
  const row = (all: Float32Array | undefined, place: number): Float32Array | undefined =>
    all?.subarray(256 * place, 256 * place + 256);
  expect(relativeError(row(original, 64 + 37), row(query, 64 + 11))).toBeLessThan(1.5 * allowed);
  for (const { name, relativeError: told } of report.tensors) expect(told, name).toBeLessThan(allowed);
});

function relativeError(original: Float32Array | undefined, stored: Float32Array | undefined): number {
  let [errors, squares] = [0, 0];
  original?.forEach((value, index) => {
    errors += (value - (stored?.[index] ?? NaN)) ** 2;
    squares += value ** 2;
  });
  return Math.sqrt(errors / squares);
}

test('a model that is no plain Llama is refused by name', async () => {
  const { file } = llama();
  const folder = await folderWith({
    'model.safetensors': file,
    'config.json': JSON.stringify({ ...config, model_type: 'gemma' }),
  });
  const model = join(folder, 'model.safetensors');
  await expect(exported(model, 'gguf-q8_0')).rejects.toThrow('model_type');
  await writeFile(join(folder, 'config.json'), '{');
  await expect(exported(model, 'gguf-q8_0')).rejects.toThrow('its config.json is no JSON');
  await rm(join(folder, 'config.json'));
  await expect(exported(model, 'gguf-q8_0')).rejects.toThrow('it has no config.json beside it');
});

test('what a model cannot become is known before an export begins', async () => {
  const { exportRefusals } = await loadExports();
  const ggufOnes = async (path: string): Promise<readonly (string | number)[]> => {
    const refusals = await exportRefusals(path, new AbortController().signal);
    const ours = refusals.filter(({ target }) => target.startsWith('gguf-'));
    return [ours.length, ...new Set(ours.map(({ why }) => why))];
  };
  const { file } = llama();
  const folder = await folderWith({ 'model.safetensors': file, 'config.json': JSON.stringify(config) });
  const model = join(folder, 'model.safetensors');
  expect(await ggufOnes(model)).toEqual([0]);
  const header = { 'head.bias': { dtype: 'F32', shape: [1], data_offsets: [0, 4] } };
  const strange = safetensorsFile(JSON.stringify(header), new Uint8Array(4));
  await writeFile(join(folder, 'other.safetensors'), strange);
  expect(await ggufOnes(join(folder, 'other.safetensors'))).toEqual([
    5,
    '"other.safetensors" has the tensor "head.bias" (F32), which is none of a plain Llama',
  ]);
  await rm(join(folder, 'config.json'));
  expect(await ggufOnes(model)).toEqual([5, 'it has no config.json beside it, which says how the network is built']);
});

/** Blocks of bytes written down by the layout, in which every sub-block holds its lowest and highest code. */
const laidOut = {
  Q4_K() {
    const block = new Uint8Array(144);
    const [scales, minima] = [
      [63, 1, 17, 40, 33, 62, 16, 9],
      [0, 63, 5, 31, 47, 48, 2, 60],
    ];
    block.set(new Uint8Array(Float16Array.of(2 ** -7, 2 ** -9).buffer));
    for (let part = 0; part < 4; part++) {
      block[4 + part] = scales[part]! + 64 * (scales[part + 4]! >> 4);
      block[8 + part] = minima[part]! + 64 * (minima[part + 4]! >> 4);
      block[12 + part] = (scales[part + 4]! % 16) + 16 * (minima[part + 4]! % 16);
    }
    for (let at = 0; at < 128; at++) block[16 + at] = ((at * 7) % 16) + 16 * ((at * 11 + 5) % 16);
    return block;
  },
  Q6_K() {
    const block = new Uint8Array(210);
    for (let at = 0; at < 128; at++) block[at] = (at * 37 + 11) % 256;
    for (let at = 0; at < 64; at++) block[128 + at] = (at * 89 + 3) % 256;
    const set = (index: number, code: number): void => {
      const [side, quarter, place] = [index >> 7, (index & 127) >> 5, index & 31];
      const [low, high] = [64 * side + 32 * (quarter & 1) + place, 128 + 32 * side + place];
      const [shift, pair] = [quarter < 2 ? 0 : 4, 2 * quarter];
      block[low] = (block[low]! & ~(15 << shift)) | ((code & 15) << shift);
      block[high] = (block[high]! & ~(3 << pair)) | ((code >> 4) << pair);
    };
    // The lowest code has no counterpart, so it alone tells a sub-block's scale.
    for (let part = 0; part < 16; part++) set(16 * part + (part % 16), 0);
    Int8Array.from({ length: 16 }, (_, part) => (part === 3 ? -128 : 127 - 8 * part)).forEach((scale, part) => {
      block[192 + part] = scale;
    });
    block.set(new Uint8Array(Float16Array.of(2 ** -8).buffer), 208);
    return block;
  },
} as const;

test.each(['Q4_K', 'Q6_K'] as const)(
  '%s: values that a block stands for exactly become that block, byte for byte',
  (id) => {
    const block = laidOut[id]();
    const values = new Float32Array(256);
    blocks[blockForms[id].type]?.read(new DataView(block.buffer), 0, (index, value) => (values[index] = value));
    expect(encodeBlocks(blockForms[id], values)).toEqual(block);
  },
);
