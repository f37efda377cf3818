import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compress } from '../../../src/engine/index.ts';
import { exported } from '../../support/exports.ts';
import { context, finish } from '../../support/jobs.ts';
import { config, llama, shapes } from '../../support/llama.ts';
import { readGguf } from '../../support/read-gguf.ts';
import { readSafetensors } from '../../support/read-safetensors.ts';
import { readZnn } from '../../support/read-znn.ts';

const isFirst = (name: string): boolean => /embed|layers\.0/.test(name);
const shardOf = (name: string): string => `model-0000${isFirst(name) ? 1 : 2}-of-00002.safetensors`;
const { values } = llama();
let folder: string;
let model: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'featherweight-shards-'));
  model = join(folder, 'llm');
  await mkdir(model);
  const index = { weight_map: Object.fromEntries(shapes.map(([name]) => [name, shardOf(name)])) };
  const written = {
    'model-00001-of-00002.safetensors': llama(isFirst).file,
    'model-00002-of-00002.safetensors': llama((name) => !isFirst(name)).file,
    'model.safetensors.index.json': JSON.stringify(index),
    'config.json': JSON.stringify(config),
    LICENSE: 'CC0',
  };
  for (const [name, content] of Object.entries(written)) await writeFile(join(model, name), content);
  await finish(compress({ input: model, output: join(folder, 'llm.fwz') }, context()));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Exports the folder, and its archive, which must come to the same files; their contents by name. */
async function files(target: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const { report } = await exported(model, target, join(folder, target));
  const again = (await exported(join(folder, 'llm.fwz'), target, join(folder, `${target}-of-archive`))).report;
  const names = (await readdir(report.output)).sort();
  expect((await readdir(again.output)).sort()).toEqual(names);
  const contents = new Map<string, Uint8Array>();
  for (const name of names) {
    contents.set(name, await readFile(join(report.output, name)));
    expect(await readFile(join(again.output, name)), name).toEqual(contents.get(name));
  }
  expect(new TextDecoder().decode(contents.get('LICENSE'))).toBe('CC0');
  return contents;
}

function placesIn(contents: ReadonlyMap<string, Uint8Array>): Readonly<Record<string, string>> {
  const index = new TextDecoder().decode(contents.get('model.safetensors.index.json'));
  return (JSON.parse(index) as { weight_map: Record<string, string> }).weight_map;
}

describe('a model in shards, and its archive', () => {
  test.each(['safetensors-fp8', 'safetensors-int8', 'safetensors-bf16', 'safetensors-f16'])(
    'become as many shards of the same names as %s, with an index of what is in each',
    async (target) => {
      const contents = await files(target);
      expect([...contents.keys()].filter((name) => name.endsWith('.safetensors'))).toEqual([
        'model-00001-of-00002.safetensors',
        'model-00002-of-00002.safetensors',
      ]);
      const places = placesIn(contents);
      for (const name of values.keys()) expect(places[name]).toBe(shardOf(name));
      const held = [...contents]
        .filter(([name]) => name.endsWith('.safetensors'))
        .flatMap(([name, bytes]) => [...readSafetensors(bytes).tensors.keys()].map((tensor) => [tensor, name]));
      expect(Object.fromEntries(held)).toEqual(places);
    },
  );

  test('become as many shards of ZipNN records, which hold every byte', async () => {
    const contents = await files('znn');
    const places = placesIn(contents);
    let records = 0;
    for (const [name, numbers] of values) {
      expect(places[name]).toBe(shardOf(name).replace('.safetensors', '.znn.safetensors'));
      const { tensors, metadata } = readSafetensors(contents.get(places[name] ?? '') ?? new Uint8Array());
      if (!(name in (JSON.parse(metadata['znn_compressed_vectors'] ?? '{}') as object))) continue;
      records += 1;
      const record = Uint8Array.from(tensors.get(name)?.values ?? []);
      expect(Buffer.compare(readZnn(record), new Uint8Array(numbers.buffer)), name).toBe(0);
    }
    expect(records).toBeGreaterThan(10);
  });

  test('become one GGUF file', async () => {
    const contents = await files('gguf-q8_0');
    const [name = ''] = [...contents.keys()].filter((each) => each.endsWith('.gguf'));
    expect(readGguf(contents.get(name) ?? new Uint8Array()).tensors.size).toBe(shapes.length);
  });
});
