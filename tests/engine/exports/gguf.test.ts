import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exported } from '../../support/exports.ts';
import { folderWith } from '../../support/folder.ts';
import { weights } from '../../support/onnx-models.ts';
import { readGguf } from '../../support/read-gguf.ts';
import { headerText, safetensorsFile } from '../../support/safetensors.ts';

const config = {
  ...{ model_type: 'llama', vocab_size: 40, hidden_size: 256, intermediate_size: 96, num_hidden_layers: 2 },
  ...{ num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 64, rms_norm_eps: 1e-5 },
};
const layer = (number: number): readonly (readonly [string, readonly number[]])[] =>
  (
    [
      ['input_layernorm', [256]],
      ['post_attention_layernorm', [256]],
      ['self_attn.q_proj', [256, 256]],
      ['self_attn.k_proj', [128, 256]],
      ['self_attn.v_proj', [128, 256]],
      ['self_attn.o_proj', [256, 256]],
      ['mlp.gate_proj', [96, 256]],
      ['mlp.up_proj', [96, 256]],
      ['mlp.down_proj', [256, 96]],
    ] as const
  ).map(([name, shape]) => [`model.layers.${number}.${name}.weight`, shape]);
const shapes = [
  ['model.embed_tokens.weight', [40, 256]] as const,
  ...layer(0),
  ...layer(1),
  ['model.norm.weight', [256]] as const,
  ['lm_head.weight', [40, 256]] as const,
];

function llama(): { readonly file: Uint8Array; readonly values: ReadonlyMap<string, Float32Array> } {
  const values = new Map<string, Float32Array>();
  let end = 0;
  const tensors = shapes.map(([name, shape], seed) => {
    const own = weights(
      shape.reduce((product, extent) => product * extent, 1),
      seed + 1,
      0.1,
    );
    values.set(name, own);
    return { name, dtype: 'F32', shape, begin: end, end: (end += own.byteLength) };
  });
  const data = new Uint8Array(end);
  for (const { name, begin } of tensors)
    data.set(new Uint8Array(values.get(name)?.buffer ?? new ArrayBuffer(0)), begin);
  return { file: safetensorsFile(headerText(tensors), data), values };
}

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
  await expect(exported(join(folder, 'model.safetensors'), 'gguf-q8_0')).rejects.toThrow('model_type');
});
