import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FileSource } from '../../../src/engine/io/file-source.ts';
import { readGraph, type OnnxGraph, type OnnxNode } from '../../../src/engine/onnx/index.ts';
import { eachSample } from '../../../src/evaluation/joint/calibrate/columns.ts';
import { biasFinder } from '../../../src/evaluation/joint/layers/biases.ts';
import { findLayers } from '../../../src/evaluation/joint/layers/layers.ts';
import { roundTensor } from '../../../src/evaluation/joint/round/round.ts';
import { Sums } from '../../../src/evaluation/joint/calibrate/sums.ts';
import { memorySource } from '../../../src/engine/io/memory-source.ts';
import { bytes } from '../../support/onnx.ts';
import { floats, inputOf, int, ints, model, node as made, weights } from '../../support/onnx-models.ts';
import { gaussians } from '../../support/streams.ts';

const digits = fileURLToPath(new URL('../../../samples/digits.onnx', import.meta.url));

test('layers of the digit reader are found in order, with what is added to their outputs', async () => {
  await using source = await FileSource.open(digits);
  const layers = findLayers(await readGraph(source)).toSorted((one, other) => one.order - other.order);
  expect(layers.map(({ bias }) => bias?.name)).toEqual([
    ...['onnx::Conv_49', 'onnx::Conv_52', 'onnx::Conv_55', 'onnx::Conv_58'],
    ...['fc1.bias', 'fc2.bias'],
  ]);
  expect(layers.map(({ rows }) => rows)).toEqual([16, 32, 64, 64, 128, 10]);
});

test('numbers that are added to outputs are found behind a node, and only where they serve nothing else', () => {
  const node = (operator: string, inputs: string[], outputs: string[]): OnnxNode =>
    ({ operator, domain: '', inputs, outputs, attributes: new Map() }) as unknown as OnnxNode;
  const tensor = (name: string, ...shape: number[]) => ({ name, shape });
  const conv = node('Conv', ['x', 'w'], ['a']);
  const first = node('MatMul', ['b', 'v'], ['c']);
  const second = node('MatMul', ['d', 'u'], ['e']);
  const third = node('MatMul', ['f', 't'], ['g']);
  const nodes = [
    ...[conv, node('BatchNormalization', ['a', 'scale', 'offset', 'mean', 'variance'], ['b'])],
    ...[first, node('Add', ['plain', 'c'], ['d'])],
    ...[second, node('Add', ['e', 'shared'], ['f'])],
    ...[third, node('Add', ['g', 'shared'], ['h'])],
  ];
  const initializers = [tensor('mean', 4), tensor('plain', 1, 4), tensor('shared', 4)];
  const biasOf = biasFinder({ nodes, initializers } as unknown as OnnxGraph);
  expect(biasOf(conv, 4)).toEqual({ name: 'mean', sign: -1 });
  expect(biasOf(conv, 8)).toBeUndefined();
  expect(biasOf(first, 4)).toEqual({ name: 'plain', sign: 1 });
  expect(biasOf(second, 4)).toBeUndefined();
});

test('weights of recurrent layers see inputs and the states that come out, those of each direction its own', async () => {
  const nodes = [
    ...floats('w', [2, 32, 6], weights(384, 1)),
    ...floats('r', [2, 32, 8], weights(512, 2)),
    ...floats('forward', [1, 32, 8], weights(256, 3)),
    ...floats('backward', [1, 32, 8], weights(256, 4)),
    ...made('LSTM', ['x', 'w', 'r'], 'y', int('hidden_size', 8)),
    ...made('Concat', ['forward', 'backward'], 'both', int('axis', 0)),
    ...made('LSTM', ['x', 'w', 'both', '', '', 'state'], 'z', int('hidden_size', 8)),
    ...bytes(11, inputOf('x', 1, 5, 2, 6)),
    ...bytes(11, inputOf('state', 1, 2, 2, 8)),
  ];
  const layers = findLayers(await readGraph(memorySource(model(nodes, 14))));
  const plain = layers.map(({ name, input, rows, columns, groups }) => ({ name, input, rows, columns, groups }));
  expect(plain).toEqual([
    { name: 'w', input: 'x', rows: 64, columns: 6, groups: 1 },
    { name: 'r', input: 'y', rows: 64, columns: 8, groups: 2 },
    { name: 'forward', input: 'state', rows: 32, columns: 8, groups: 1 },
    { name: 'backward', input: 'state', rows: 32, columns: 8, groups: 1 },
  ]);
  const [, states] = layers;
  const data = Float32Array.from({ length: 5 * 2 * 3 * 8 }, (_, at) => at);
  const seen: number[][] = [];
  const count = eachSample(states!, { type: 'float32', shape: [5, 2, 3, 8], data }, 100, (sample) =>
    seen.push([sample(0, 0), sample(1, 7)]),
  );
  expect(count).toBe(15);
  // The second item of the third step: directions are 24 numbers apart, items 8.
  expect(seen[7]).toEqual([2 * 48 + 8, 2 * 48 + 24 + 8 + 7]);
});

test('each tap of a transposed convolution is an output that sees the channels of one place', async () => {
  const nodes = [
    ...floats('up', [3, 5, 2, 2], weights(60, 1)),
    ...made('ConvTranspose', ['x', 'up'], 'y', ints('strides', 2, 2)),
    ...bytes(11, inputOf('x', 1, 1, 3, 4, 4)),
  ];
  const [layer] = findLayers(await readGraph(memorySource(model(nodes, 13))));
  expect(layer).toMatchObject({ name: 'up', rows: 20, columns: 3, groups: 1, isTransposed: true, input: 'x' });
  const data = Float32Array.from({ length: 48 }, (_, at) => at);
  const seen: number[][] = [];
  eachSample(layer!, { type: 'float32', shape: [1, 3, 4, 4], data }, 100, (sample) =>
    seen.push([sample(0, 0), sample(0, 1), sample(0, 2)]),
  );
  expect(seen).toHaveLength(16);
  expect(seen[5]).toEqual([5, 21, 37]);
});

test('what outputs lose on average is told, also by inputs that moved', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'featherweight-test-'));
  try {
    const [rows, columns, samples] = [3, 10, 64];
    const known = { name: 'w', input: 'x', key: '', order: 0, rows, columns, groups: 1, isTransposed: true };
    const noise = gaussians(samples * columns, 7);
    const inputs = Float32Array.from(noise, (one) => one + 1);
    const moved = inputs.map((one, at) => 0.9 * one + (at % 3));
    const values = (data: Float32Array) => ({ type: 'float32' as const, shape: [samples, columns], data });
    for (const isMoved of [false, true]) {
      const sums = new Sums(known, isMoved);
      if (isMoved) sums.add(values(moved), 1, values(inputs));
      else sums.add(values(inputs), 1);
      await sums.write(join(folder, 'x.sums'));
      const before = Float32Array.from(gaussians(rows * columns, 8));
      const after = before.slice();
      const layer = { ...known, sums: 'x.sums', samples, places: samples, isMoved };
      const told = { along: 'tensor', steps: Float32Array.of(0.5) } as const;
      const geometry = { rows: columns, columns: rows, channels: 'columns' } as const;
      const { lost } = await roundTensor(after, { layer, geometry, dtype: 'F32', told }, folder, { feedback: true });
      const now = isMoved ? moved : inputs;
      for (let row = 0; row < rows; row++) {
        let expected = 0;
        for (let at = 0; at < inputs.length; at++) {
          const place = (at % columns) * rows + row;
          expected += (before[place]! * inputs[at]! - after[place]! * now[at]!) / samples;
        }
        expect(lost?.[row]).toBeCloseTo(expected, 4);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
