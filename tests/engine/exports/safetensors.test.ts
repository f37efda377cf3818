import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exported } from '../../support/exports.ts';
import { folderWith } from '../../support/folder.ts';
import { headerText, safetensorsFile } from '../../support/safetensors.ts';
import { weights } from '../../support/onnx-models.ts';
import { readSafetensors } from '../../support/read-safetensors.ts';

const digits = join(import.meta.dirname, '../../../samples/digits.safetensors');
const kinds = ['safetensors-fp8', 'safetensors-int8', 'safetensors-bf16', 'safetensors-f16'];
/** Of each value; of codes, of a step. */
const valueErrors: Readonly<Record<string, number>> = {
  BF16: 2 ** -8,
  F16: 2 ** -10,
  F8_E4M3: 2 ** -4,
  F32: 0,
  I64: 0,
};

test.each(kinds)('the bundled digit reader as %s: every value within the stated error', async (target) => {
  const folder = await folderWith({});
  const { report } = await exported(digits, target, join(folder, 'new.safetensors'));
  const [before, after] = [readSafetensors(await readFile(digits)), readSafetensors(await readFile(report.output))];
  for (const [name, { values, shape }] of before.tensors) {
    const now = after.tensors.get(name);
    expect(now?.shape).toEqual(shape);
    const scales = after.tensors.get(`${name}_scale`)?.values;
    const row = values.length / (scales?.length ?? 1);
    let worst = 0;
    values.forEach((value, index) => {
      const scale = scales?.[Math.floor(index / row)] ?? 1;
      const error = Math.abs(value - (now?.values[index] ?? NaN) * scale);
      // Whole numbers may be cut off at nine tenths of the largest, 127 steps.
      const limit =
        now?.dtype === 'I8' ? 13.5 * scale : (valueErrors[now?.dtype ?? ''] ?? 0) * Math.abs(value) + scale / 1024;
      worst = Math.max(worst, error - limit);
    });
    expect(worst).toBeLessThanOrEqual(target === 'safetensors-f16' || target === 'safetensors-bf16' ? 1e-7 : 1e-6);
  }
  expect(after.metadata).toMatchObject({ ...before.metadata, 'featherweight.export': target });
  expect(report.weightsOut / report.weightsIn).toBeLessThan(/8$/.test(target) ? 0.27 : 0.51);
  expect(report.loadTest.isLoaded).toBe(true);
});

/** A causal mask of 64 tokens; beyond half precision, or of the lowest number of single precision, which BF16 rounds away. */
const mask = (lowest: number): Uint8Array =>
  new Uint8Array(Float32Array.from({ length: 4096 }, (_, at) => (at % 64 > at >> 6 ? lowest : 0)).buffer);

test.each([
  ['safetensors-f16', -1e9, 'F32', /^2016 of its values are beyond ±65504/],
  ['safetensors-bf16', -1e9, 'BF16', undefined],
  ['safetensors-bf16', -3.4028234663852886e38, 'F32', /beyond ±3\.39e38/],
  ['safetensors-int8', -1e9, 'F32', /no weight matrix/],
] as const)('%s: a mask of %d stays finite, and why it is kept is told', async (target, lowest, dtype, why) => {
  const header = headerText([{ name: 'mask', dtype: 'F32', shape: [64, 64], begin: 0, end: 16384 }]);
  const folder = await folderWith({ 'masked.safetensors': safetensorsFile(header, mask(lowest)) });
  const { report } = await exported(join(folder, 'masked.safetensors'), target);
  const stored = readSafetensors(await readFile(report.output)).tensors.get('mask');
  expect(stored?.dtype).toBe(dtype);
  expect(stored?.values[0]).toBe(0);
  expect(Math.abs((stored?.values[1] ?? NaN) / lowest - 1)).toBeLessThan(2 ** -8);
  expect(report.tensors[0]?.why ?? '').toMatch(why ?? /^$/);
});

const shard = (...names: string[]): Uint8Array => {
  const tensors = names.map((name, index) => ({
    ...{ name, dtype: 'F32', shape: [64, 64] },
    ...{ begin: index * 16384, end: (index + 1) * 16384 },
  }));
  const data = new Uint8Array(names.length * 16384);
  names.forEach((name, index) => data.set(new Uint8Array(weights(4096, name.length).buffer), index * 16384));
  return safetensorsFile(headerText(tensors, { format: 'pt' }), data);
};

test('shards stay shards, the index and the configuration say what is new, and side files go along', async () => {
  const folder = await folderWith({
    'llm/model-00001-of-00002.safetensors': shard('model.embed_tokens.weight', 'model.layers.0.mlp.up_proj.weight'),
    'llm/model-00002-of-00002.safetensors': shard('model.layers.1.mlp.up_proj.weight', 'lm_head.weight'),
    'llm/model.safetensors.index.json': JSON.stringify({
      weight_map: {
        'model.embed_tokens.weight': 'model-00001-of-00002.safetensors',
        'model.layers.0.mlp.up_proj.weight': 'model-00001-of-00002.safetensors',
        'model.layers.1.mlp.up_proj.weight': 'model-00002-of-00002.safetensors',
        'lm_head.weight': 'model-00002-of-00002.safetensors',
      },
    }),
    'llm/config.json': JSON.stringify({ architectures: ['LlamaForCausalLM'], hidden_size: 64 }),
    'llm/LICENSE': 'CC0',
    'llm/README.md': '# A model',
    'llm/tokenizer.json': '{}',
  });
  const { report } = await exported(join(folder, 'llm'), 'safetensors-fp8');
  expect(report.output).toBe(join(folder, 'llm-safetensors-fp8'));
  expect(await readdir(report.output)).toEqual(await readdir(join(folder, 'llm')));
  const text = (name: string): Promise<string> => readFile(join(report.output, name), 'utf8');
  expect(JSON.parse(await text('model.safetensors.index.json'))).toMatchObject({
    weight_map: { 'model.layers.1.mlp.up_proj.weight_scale': 'model-00002-of-00002.safetensors' },
  });
  expect(JSON.parse(await text('config.json'))).toMatchObject({
    hidden_size: 64,
    quantization_config: { format: 'float-quantized', ignore: ['model.embed_tokens', 'lm_head'] },
  });
  expect([await text('LICENSE'), await text('README.md')]).toEqual(['CC0', '# A model']);
  expect(report.carried).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'tokenizer.json', 'config.json']));
  expect((await readdir(folder)).sort()).toEqual(['llm', 'llm-safetensors-fp8']);
});
