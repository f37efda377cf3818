import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compress, restore, verify, type RecipeInput } from '../../../src/engine/index.ts';
import { matchesPattern } from '../../../src/engine/pipeline/approximate/recipe.ts';
import { encodeFloats } from '../../../src/engine/tensor/floats.ts';
import { context, finish } from '../../support/jobs.ts';
import { bell } from '../../support/numbers.ts';
import { headerText, safetensorsFile, type ExpectedTensor } from '../../support/safetensors.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fw-approximate-'));
});
afterEach(() => rm(folder, { recursive: true }));

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A model with learned weights, an equal pair, and everything that should be kept. */
async function writeModel(): Promise<Uint8Array> {
  const weights = bell(700 * 600);
  const broken = bell(64 * 64);
  broken[77] = Infinity;
  const basis = Float32Array.from({ length: 64 * 64 }, (_, at) =>
    Math.cos((2 * Math.PI * (1 + Math.floor(at / 64)) * (at % 64)) / 64),
  );
  const mask = Float32Array.from({ length: 4096 }, (_, at) => (at % 64 > at / 64 ? -1e9 : 0));
  const parts: readonly (readonly [string, string, readonly number[], Uint8Array])[] = [
    ['layer.weight', 'F32', [700, 600], encodeFloats('F32', weights)],
    ['layer.bias', 'F32', [700], encodeFloats('F32', bell(700))],
    ['tied.weight', 'F32', [700, 600], encodeFloats('F32', weights)],
    ['half.weight', 'BF16', [96, 128], encodeFloats('BF16', bell(96 * 128))],
    ['broken.weight', 'F32', [64, 64], encodeFloats('F32', broken)],
    ['transform', 'F32', [64, 64], encodeFloats('F32', basis)],
    ['attention.values', 'F32', [64, 64], encodeFloats('F32', mask)],
    ['numbers', 'I32', [64, 64], new Uint8Array(4 * 64 * 64)],
  ];
  let end = 0;
  const tensors = parts.map(([name, dtype, shape, { length }]): ExpectedTensor => ({
    name,
    dtype,
    shape,
    begin: end,
    end: (end += length),
  }));
  const bytes = safetensorsFile(headerText(tensors), Buffer.concat(parts.map(([, , , data]) => data)));
  await writeFile(join(folder, 'model.safetensors'), bytes);
  return bytes;
}

const run = async (approximate: RecipeInput, threads = 2, output?: string) => {
  const input = join(folder, 'model.safetensors');
  const { report } = await finish(compress({ input, approximate, threads, output, overwrite: true }, context()));
  return report;
};

describe('approximate compression', () => {
  test('gives back the same container with near weights, and says what it did', async () => {
    const original = await writeModel();
    const report = await run({ default: { method: 'grid' } });
    expect(report.output).toBe(join(folder, 'model.grid.fwz'));
    expect(report.approximation?.sourceSha256).toBe(sha256(original));
    expect(report.bytesOut).toBeLessThan(report.bytesIn / 5);
    const kept = Object.fromEntries(report.tensors.map(({ name, kept: reason }) => [name, reason]));
    expect(kept).toMatchObject({
      'layer.weight': undefined,
      'half.weight': undefined,
      'layer.bias': expect.any(String) as string,
      'broken.weight': expect.stringContaining('infinities') as string,
      transform: expect.any(String) as string,
      'attention.values': expect.any(String) as string,
      numbers: expect.stringContaining('I32') as string,
    });
    const [layer, , tied] = report.tensors;
    expect(tied).toMatchObject({ equalTo: 'layer.weight', bytesOut: 0, approximation: layer?.approximation });
    expect(layer?.approximation?.loss.relativeL2).toBeLessThan(0.2);

    const { report: restored } = await finish(restore({ archive: report.output }, context()));
    expect(restored.output).toBe(join(folder, 'model.grid.safetensors'));
    expect(restored.approximateOf).toBe(sha256(original));
    const bytes = await readFile(restored.output);
    expect(sha256(bytes)).toBe(report.sha256);
    const data = original.length - report.tensors.reduce((sum, { bytesIn }) => sum + bytesIn, 0);
    expect(Buffer.compare(bytes.subarray(0, data), original.subarray(0, data))).toBe(0);
    const size = 700 * 600 * 4;
    const at = data + size + 700 * 4;
    expect(Buffer.compare(bytes.subarray(at, at + size), bytes.subarray(data, data + size))).toBe(0);
    expect(sha256(await readFile(join(folder, 'model.safetensors')))).toBe(sha256(original));

    const against = join(folder, 'model.safetensors');
    const { report: verified } = await finish(verify({ archive: report.output, against }, context()));
    expect(verified.proved).toContain('source');
    expect(verified.proved).not.toContain('original');
  });

  test('stores what is equal once, even where the first of all is treated otherwise', async () => {
    const weights = encodeFloats('F32', bell(200 * 300));
    const names = ['first', 'second', 'third', 'other', 'fourth'];
    const tensors = names.map((name, place): ExpectedTensor => {
      const begin = place * weights.length;
      return { name, dtype: 'F32', shape: [200, 300], begin, end: begin + weights.length };
    });
    const path = join(folder, 'model.safetensors');
    await writeFile(path, safetensorsFile(headerText(tensors), Buffer.concat(names.map(() => weights))));
    const rules = [
      { match: 'first', keep: true as const },
      { match: 'other', method: 'int' },
      { match: '*', method: 'grid' },
    ];
    const report = await run({ rules });
    const equals = report.tensors.map(({ equalTo }) => equalTo);
    expect(equals).toEqual([undefined, undefined, 'second', undefined, 'second']);
    const [, second, third] = report.tensors;
    expect(third).toMatchObject({ bytesOut: 0, approximation: second?.approximation, sha256: second?.sha256 });
    await finish(verify({ archive: report.output, against: path }, context()));
    const { report: restored } = await finish(restore({ archive: report.output }, context()));
    expect(sha256(await readFile(restored.output))).toBe(report.sha256);
  });

  test('comes out the same on any number of threads', async () => {
    await writeModel();
    const [one, three] = [join(folder, 'one.fwz'), join(folder, 'three.fwz')];
    await run({ default: { method: 'int', options: { bits: 4 } } }, 1, one);
    await run({ default: { method: 'int', options: { bits: 4 } } }, 3, three);
    expect(Buffer.compare(await readFile(one), await readFile(three))).toBe(0);
  });

  test('follows the first rule that names a tensor', async () => {
    await writeModel();
    const report = await run({
      rules: [
        { match: 'tied.*', keep: true },
        { match: '*.bias', method: 'int' },
        { match: '*.weight', method: 'mantissa', options: { bits: 2 } },
      ],
    });
    const method = (name: string) => report.tensors.find((tensor) => tensor.name === name)?.approximation?.method;
    expect(report.output).toBe(join(folder, 'model.recipe.fwz'));
    expect(['layer.weight', 'layer.bias', 'tied.weight', 'broken.weight', 'numbers'].map(method)).toEqual([
      'mantissa',
      'int',
      undefined,
      undefined,
      undefined,
    ]);
    const tied = report.tensors.find(({ name }) => name === 'tied.weight');
    expect(tied?.equalTo).toBeUndefined();
  });

  test.each<RecipeInput>([
    { default: { method: 'no-such-method' } },
    { default: { method: 'int', options: { bits: 99 } } },
    { rules: [{ match: '*', method: 'grid', options: { surely: 1 } }] },
  ])('refuses a recipe that cannot be followed: %j', async (recipe) => {
    await writeModel();
    await expect(run(recipe)).rejects.toMatchObject({ code: 'USAGE' });
  });
});

test('patterns match whole names, in time that grows with their lengths only', () => {
  expect(matchesPattern('model.layers.0.weight', 'model.*.weight')).toBe(true);
  expect(matchesPattern('a/b.c', 'a?b*')).toBe(true);
  expect(matchesPattern('weight', 'weigh')).toBe(false);
  expect(matchesPattern('x.weight.scale', '*.weight')).toBe(false);
  expect(matchesPattern('a'.repeat(20_000), `${'*a'.repeat(200)}b`)).toBe(false);
});
