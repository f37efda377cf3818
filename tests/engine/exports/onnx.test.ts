import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { compress } from '../../../src/engine/index.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';
import { exported } from '../../support/exports.ts';
import { externalNetwork, model, node, floats, smallNetwork, weights } from '../../support/onnx-models.ts';

const kinds = ['onnx-int8', 'onnx-int4', 'onnx-fp8', 'onnx-fp16', 'onnx-bf16'];
/** Largest difference of an output of the small network, whose outputs are around 1. */
const allowed: Readonly<Record<string, number>> = {
  'onnx-int8': 0.03,
  'onnx-int4': 0.4,
  'onnx-fp8': 0.15,
  'onnx-fp16': 0.002,
  'onnx-bf16': 0.02,
};

async function run(path: string, feeds: Record<string, ort.Tensor>): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(path, { logSeverityLevel: 4, intraOpNumThreads: 1 });
  try {
    const { y } = await session.run(feeds);
    return y?.data as Float32Array;
  } finally {
    await session.release();
  }
}

const largestDifference = (one: Float32Array, other: Float32Array): number =>
  one.reduce((largest, value, index) => Math.max(largest, Math.abs(value - (other[index] ?? NaN))), 0);

const feeds = (flag: boolean): Record<string, ort.Tensor> => ({
  x: new ort.Tensor('float32', weights(192, 20, 2), [1, 3, 8, 8]),
  ids: new ort.Tensor('int64', BigInt64Array.from([3n, 1n, 40n, 7n]), [4]),
  flag: new ort.Tensor('bool', Uint8Array.of(flag ? 1 : 0), [1]),
});

describe.each([9, 13] as const)('a network of version %i with every kind of weight', (version) => {
  test.each(kinds)('runs as %s, in both branches, nearly as before', async (target) => {
    const folder = await folderWith({ 'net.onnx': smallNetwork(version) });
    const input = join(folder, 'net.onnx');
    const { report } = await exported(input, target);
    expect(report.output).toBe(join(folder, `net.${target}.onnx`));
    for (const flag of [true, false]) {
      const difference = largestDifference(await run(report.output, feeds(flag)), await run(input, feeds(flag)));
      expect(difference).toBeLessThan(allowed[target] ?? 0);
      expect(difference).toBeGreaterThan(0);
    }
    const reported = Object.fromEntries(report.tensors.map((tensor) => [tensor.name, tensor]));
    expect(reported['mask']).toMatchObject({ to: 'I8 with one scale', maxError: 0 });
    expect(reported['then_branch.w']?.relativeError).toBeGreaterThan(0);
    expect(report.bytesOut).toBe((await stat(report.output)).size);
  });
});

test('INT8 comes to 27 % and INT4 to 17 % of a network of matrices, with licence and origin inside', async () => {
  const graph = [0, 1, 2, 3].flatMap((layer) => [
    ...floats(`w${layer}`, [256, 256], weights(65536, layer, 0.1)),
    ...node('MatMul', [layer === 0 ? 'x' : `h${layer - 1}`, `w${layer}`], layer === 3 ? 'y' : `h${layer}`),
  ]);
  const folder = await folderWith({ 'net.onnx': model(graph, 13) });
  const shares = [];
  for (const target of ['onnx-int8', 'onnx-int4']) {
    const { report } = await exported(join(folder, 'net.onnx'), target);
    shares.push(report.weightsOut / report.weightsIn);
    const text = (await readFile(report.output)).toString('latin1');
    for (const word of ['licence', 'CC0', 'featherweight.source.sha256', report.sha256]) expect(text).toContain(word);
  }
  expect(shares[0]).toBeLessThan(0.27);
  expect(shares[1]).toBeLessThan(0.17);
});

test.each(kinds)('external data stays external as %s', async (target) => {
  const { file, data } = externalNetwork();
  const folder = await folderWith({ 'net.onnx': file, 'weights.bin': data });
  const input = join(folder, 'net.onnx');
  const { report } = await exported(input, target);
  expect(report.outputs.map(({ name }) => name)).toEqual([`net.${target}.onnx`, `net.${target}.onnx.data`]);
  const x = { x: new ort.Tensor('float32', weights(256, 21, 1), [4, 64]) };
  expect(largestDifference(await run(report.output, x), await run(input, x))).toBeLessThan(allowed[target] ?? 0);
});

test('a mask beyond half precision stays exact in half precision, and is told', async () => {
  const folder = await folderWith({ 'net.onnx': smallNetwork(13) });
  const { report } = await exported(join(folder, 'net.onnx'), 'onnx-fp16');
  expect(report.tensors.find(({ name }) => name === 'mask')).toMatchObject({
    ...{ to: 'I8 with one scale', maxError: 0 },
    why: '-1000000000 is beyond ±65504, which half precision ends at; it and zero stay exact',
  });
});

test('external data of an archive becomes external data again, byte for byte as of the original', async () => {
  const { file, data } = externalNetwork();
  const folder = await folderWith({ 'net.onnx': file, 'weights.bin': data });
  const [input, archive] = [join(folder, 'net.onnx'), join(folder, 'packed', 'net.onnx.fwz')];
  await mkdir(join(folder, 'packed'));
  await finish(compress({ input, output: archive }, context()));
  const [direct, through] = [await exported(input, 'onnx-int8'), await exported(archive, 'onnx-int8')];
  expect(through.report.outputs.map(({ name, sha256 }) => [name, sha256])).toEqual(
    direct.report.outputs.map(({ name, sha256 }) => [name, sha256]),
  );
  expect(through.report.outputs).toHaveLength(2);
});

test('a model that no longer runs is not given its name', async () => {
  const folder = await folderWith({ 'net.onnx': smallNetwork(13).subarray(0, 3000) });
  await expect(exported(join(folder, 'net.onnx'), 'onnx-int8')).rejects.toThrow();
  expect(await readdir(folder)).toEqual(['net.onnx']);
});

test('an existing file is not replaced, and a failure leaves nothing behind', async () => {
  const folder = await folderWith({ 'net.onnx': smallNetwork(13), 'net.onnx-int8.onnx': 'mine' });
  await expect(exported(join(folder, 'net.onnx'), 'onnx-int8')).rejects.toThrow('exists already');
  await expect(exported(join(folder, 'net.onnx'), 'onnx-int8', join(folder, 'net.onnx'))).rejects.toThrow(
    'input itself',
  );
  await expect(exported(join(folder, 'net.onnx'), 'gguf-f16')).rejects.toThrow();
  expect((await readdir(folder)).sort()).toEqual(['net.onnx', 'net.onnx-int8.onnx']);
});

test('values beyond half precision stay as they are, and are told', async () => {
  const large = weights(4096, 30).map((value, index) => (index === 5 ? 1e6 : value));
  const tiny = weights(4096, 31).map((value) => value * 1e-7);
  const graph = [
    ...floats('large', [64, 64], large),
    ...floats('tiny', [64, 64], tiny),
    ...node('MatMul', ['x', 'large'], 'h'),
    ...node('MatMul', ['h', 'tiny'], 'y'),
  ];
  const folder = await folderWith({});
  await writeFile(join(folder, 'net.onnx'), model(graph, 13));
  const { report } = await exported(join(folder, 'net.onnx'), 'onnx-fp16');
  expect(report.tensors.map(({ to, why }) => [to, why?.includes('half precision')])).toEqual([
    ['F32', true],
    ['F32', true],
  ]);
});
