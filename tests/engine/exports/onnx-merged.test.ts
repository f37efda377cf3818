import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { loadExports } from '../../../src/engine/index.ts';
import { folderWith } from '../../support/folder.ts';
import { exported } from '../../support/exports.ts';
import { bytes } from '../../support/onnx.ts';
import { constant, floats, inputOf, int, ints, model, node, weights } from '../../support/onnx-models.ts';

/** Scale, bias, mean and variance of a normalization; the variances span four decades. */
const normalization = (name: string, channels: number, seed: number) => [
  ...floats(`${name}.scale`, [channels], weights(channels, seed, 2)),
  ...floats(`${name}.bias`, [channels], weights(channels, seed + 1)),
  ...floats(`${name}.mean`, [channels], weights(channels, seed + 2)),
  ...floats(
    `${name}.variance`,
    [channels],
    Float32Array.from({ length: channels }, (_, channel) => 10 ** ((channel % 5) - 3)),
  ),
];
const normalize = (input: string, name: string, output: string) =>
  node(
    'BatchNormalization',
    [input, ...['scale', 'bias', 'mean', 'variance'].map((each) => `${name}.${each}`)],
    output,
  );

/**
 * Layers that a normalization follows: with bias, depthwise, transposed and with weights in a Constant; one whose result is
 * read twice, and one whose numbers a second normalization reads.
 */
const network = model(
  [
    ...floats('first', [8, 3, 3, 3], weights(216, 1)),
    ...floats('first.bias', [8], weights(8, 2)),
    ...floats('depth', [8, 1, 3, 3], weights(72, 3)),
    ...floats('up', [8, 6, 2, 2], weights(192, 4)),
    ...constant('second', [6, 6, 1, 1], weights(36, 5)),
    ...floats('twice', [6, 6, 1, 1], weights(36, 6)),
    ...floats('matrix', [5, 6], weights(30, 7)),
    ...floats('matrix.bias', [5], weights(5, 8)),
    ...normalization('one', 8, 10),
    ...normalization('two', 8, 20),
    ...normalization('three', 6, 30),
    ...node('Conv', ['x', 'first', 'first.bias'], 'a', ints('pads', 1, 1, 1, 1)),
    ...normalize('a', 'one', 'a.n'),
    ...node('Relu', ['a.n'], 'a.r'),
    ...node('Conv', ['a.r', 'depth'], 'b', int('group', 8)),
    ...normalize('b', 'two', 'b.n'),
    ...node('LeakyRelu', ['b.n'], 'b.r'),
    ...node('ConvTranspose', ['b.r', 'up'], 'c', ints('strides', 2, 2)),
    ...normalize('c', 'three', 'c.n'),
    ...node('MaxPool', ['c.n'], 'c.p', ints('kernel_shape', 2, 2)),
    ...node('Conv', ['c.p', 'second'], 'd'),
    ...normalize('d', 'three', 'd.n'),
    ...node('Conv', ['d.n', 'twice'], 'e'),
    ...normalize('e', 'three', 'e.n'),
    ...node('Add', ['e', 'e.n'], 'f'),
    ...node('GlobalAveragePool', ['f'], 'g'),
    ...node('Flatten', ['g'], 'h'),
    ...node('Gemm', ['h', 'matrix', 'matrix.bias'], 'y', int('transB', 1)),
    ...bytes(11, inputOf('x', 1, 1, 3, 8, 8)),
    ...bytes(12, inputOf('y', 1, 1, 5)),
  ],
  13,
);

async function run(path: string): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(path, {
    ...{ logSeverityLevel: 4, intraOpNumThreads: 1 },
    // As it is written: the runtime would merge normalizations as well.
    graphOptimizationLevel: 'disabled',
  });
  try {
    const { y } = await session.run({ x: new ort.Tensor('float32', weights(192, 99, 2), [1, 3, 8, 8]) });
    return y?.data as Float32Array;
  } finally {
    await session.release();
  }
}

const count = (text: string, word: string): number => text.split(word).length - 1;

describe('a network with normalizations', () => {
  test('computes the same with fewer of them, and of what they read only what is still needed', async () => {
    const input = join(await folderWith({ 'net.onnx': network }), 'net.onnx');
    const { report } = await exported(input, 'onnx-merged');
    const [before, after] = [await run(input), await run(report.output)];
    const scale = Math.max(...before.map(Math.abs));
    expect(scale).toBeGreaterThan(0.1);
    after.forEach((value, place) => {
      expect(Math.abs(value - (before[place] ?? NaN))).toBeLessThan(1e-5 * scale);
    });
    const text = (await readFile(report.output)).toString('latin1');
    // One result is read twice, so that its normalization stays, and with it the numbers that it shares with two others.
    expect(count(text, 'BatchNormalization')).toBe(2);
    expect(text).not.toContain('one.scale');
    expect(text).toContain('three.scale');
    const stored = Object.fromEntries(report.tensors.map((tensor) => [tensor.name, tensor.to]));
    expect(stored).toMatchObject({ first: 'F32 with its normalization', up: 'F32 with its normalization' });
    expect(stored).toMatchObject({ second: 'F32 with its normalization', 'two.mean': 'merged' });
    expect(Object.keys(stored)).not.toContain('twice');
    for (const { relativeError } of report.tensors) expect(relativeError).toBeLessThan(2 ** -23);
  });

  test('computes the same bits with even channels as merged', async () => {
    const input = join(await folderWith({ 'net.onnx': network }), 'net.onnx');
    const merged = (await exported(input, 'onnx-merged')).report.output;
    const { output, tensors } = (await exported(input, 'onnx-equalized')).report;
    expect(await run(output)).toEqual(await run(merged));
    expect(tensors.map(({ name }) => name)).toContain('twice');
    const again = exported(output, 'onnx-equalized', join(await folderWith({}), 'again.onnx'));
    await expect(again).rejects.toThrow(/nothing to merge.*channels are even/s);
  });
});

test('a network without normalizations is refused', async () => {
  const graph = [
    ...floats('w', [4, 4], weights(16, 1)),
    ...node('MatMul', ['x', 'w'], 'y'),
    ...bytes(11, inputOf('x', 1, 1, 4)),
    ...bytes(12, inputOf('y', 1, 1, 4)),
  ];
  const input = join(await folderWith({ 'net.onnx': model(graph, 13) }), 'net.onnx');
  await expect(exported(input, 'onnx-merged')).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  const { exportRefusals } = await loadExports();
  const refusals = await exportRefusals(input, new AbortController().signal);
  expect(refusals.find(({ target }) => target === 'onnx-merged')?.why).toContain('nothing to merge');
});
