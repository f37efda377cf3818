import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exportReader } from '../../../src/evaluation/index.ts';
import { folderWith } from '../../support/folder.ts';
import { bytes } from '../../support/onnx.ts';
import { floats, inputOf, model, node, numbers, smallNetwork, weights } from '../../support/onnx-models.ts';
import { evaluationContext } from '../support.ts';

const samples = join(import.meta.dirname, '../../../samples');
const [sample, digits] = [join(samples, 'digits.safetensors'), join(samples, 'digits.onnx')];
const read = (kind: 'safetensors' | 'gguf', folder: string, ...names: readonly string[]) =>
  exportReader(undefined)(
    { kind, folder, names, main: names[0] ?? '', original: sample },
    new AbortController().signal,
  );

const emptyGguf = Buffer.concat([Buffer.from('GGUF'), Buffer.from([3, 0, 0, 0]), Buffer.alloc(16)]);

test('files are read by libraries of others, which say what they found and which version they are', async () => {
  const folder = await folderWith({ 'model.gguf': emptyGguf });
  await copyFile(sample, join(folder, 'a model?.safetensors'));
  expect(await read('gguf', folder, 'model.gguf')).toMatchObject({
    reader: expect.stringMatching(/^@huggingface\/gguf \d+\.\d/) as string,
    isLoaded: true,
    result: '3 metadata entries and the names, types, shapes and places of 0 tensors',
  });
  expect(await read('safetensors', folder, 'a model?.safetensors')).toMatchObject({
    reader: expect.stringMatching(/^@huggingface\/hub \d+\.\d/) as string,
    isLoaded: true,
    result: 'the names, types, shapes and places of 28 tensors',
  });
});

test('shards are read by their index', async () => {
  const folder = await folderWith({});
  const names = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
  for (const name of names) await copyFile(sample, join(folder, name));
  const index = 'model.safetensors.index.json';
  await writeFile(join(folder, index), JSON.stringify({ weight_map: { a: names[0], b: names[1] } }));
  const test = await read('safetensors', folder, ...names, index);
  expect(test).toMatchObject({
    isLoaded: true,
    result: 'the names, types, shapes and places of 56 tensors in 2 shards',
  });
});

test('what they do not read is told in their words', async () => {
  const folder = await folderWith({ 'model.gguf': Buffer.alloc(64), 'model.safetensors': Buffer.alloc(64) });
  expect(await read('gguf', folder, 'model.gguf')).toMatchObject({
    isLoaded: false,
    result: expect.stringContaining('magic') as string,
  });
  expect(await read('safetensors', folder, 'model.safetensors')).toMatchObject({
    isLoaded: false,
    result: expect.stringContaining('malformed') as string,
  });
});

test('files that no ending tells are not said to be read', async () => {
  const folder = await folderWith({ model: emptyGguf });
  expect(await read('gguf', folder, 'model')).toMatchObject({ isLoaded: undefined });
  expect(await read('safetensors', folder, 'model.znn')).toMatchObject({ isLoaded: undefined });
});

test('an ONNX file is run once; what the original does not do either is told, and held against no file', async () => {
  const { spawnEvaluation } = evaluationContext();
  const net = smallNetwork(13);
  // Whatever tokens are made up, what is added to them is beyond the words that it has.
  const beyond = model(
    [
      ...floats('words', [4, 8], weights(32, 1)),
      ...numbers('far', 100),
      ...node('Add', ['ids', 'far'], 'moved'),
      ...node('Gather', ['words', 'moved'], 'y'),
      ...bytes(11, inputOf('ids', 7, 2)),
      ...bytes(12, inputOf('y', 1, 2, 8)),
    ],
    13,
  );
  const folder = await folderWith({ 'net.onnx': net, 'beyond.onnx': beyond, 'cut.onnx': net.subarray(0, 3000) });
  await copyFile(digits, join(folder, 'digits.onnx'));
  const run = async (main: string, original: string) => {
    const request = { kind: 'onnx', folder, names: [main], main, original: join(folder, original) } as const;
    const { isLoaded, result } = await exportReader(spawnEvaluation)(request, new AbortController().signal);
    return [isLoaded, result] as const;
  };
  expect(await run('digits.onnx', 'net.onnx')).toEqual([true, 'loaded, and run on a made-up input']);
  expect(await run('cut.onnx', 'digits.onnx')).toEqual([false, expect.stringMatching(/cannot run/) as string]);
  expect(await run('cut.onnx', 'cut.onnx')).toEqual([undefined, expect.stringMatching(/cannot run/) as string]);
  expect(await run('beyond.onnx', 'beyond.onnx')).toEqual([true, expect.stringMatching(/not run .*indices/) as string]);
});

test('a runtime that dies says nothing against a file whose original it dies of too', async () => {
  const dying = () => ({
    ...{ post: () => undefined, onMessage: () => undefined, kill: () => undefined },
    onExit: (listener: (how: string) => void) => listener('SIGKILL'),
  });
  const request = {
    kind: 'onnx',
    folder: samples,
    names: ['digits.onnx'],
    main: 'digits.onnx',
    original: digits,
  } as const;
  const { isLoaded, result } = await exportReader(dying)(request, new AbortController().signal);
  expect([isLoaded, result]).toEqual([undefined, expect.stringMatching(/SIGKILL/) as string]);
});
