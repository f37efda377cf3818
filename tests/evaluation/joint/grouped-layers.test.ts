import { join } from 'node:path';
import { expect, test } from 'vitest';
import { memorySource } from '../../../src/engine/io/memory-source.ts';
import { readGraph } from '../../../src/engine/onnx/index.ts';
import { Sums } from '../../../src/evaluation/joint/calibrate/sums.ts';
import { findLayers, type Layer } from '../../../src/evaluation/joint/layers/layers.ts';
import { roundTensor } from '../../../src/evaluation/joint/round/round.ts';
import { folderWith } from '../../support/folder.ts';
import { bytes } from '../../support/onnx.ts';
import { floats, inputOf, int, ints, model, node, weights } from '../../support/onnx-models.ts';
import { gaussians } from '../../support/streams.ts';
import { finishFit } from './fits.ts';

/** Inputs of which the channels, `pitch` apart, have much in common. */
function alike(count: number, pitch: number, channels: number): Float32Array {
  const noise = gaussians(count, 1, 5);
  const place = (at: number): number => at - (Math.floor(at / pitch) % channels) * pitch;
  return Float32Array.from(noise, (one, at) => 0.3 * one + (noise[place(at)] ?? 0));
}

/** The squared error of what a rounded layer gives, with errors fed back and without. */
async function errorsOf(
  layer: Layer,
  input: { readonly shape: readonly number[]; readonly data: Float32Array },
  before: Float32Array,
  outputs: (values: Float32Array) => readonly number[],
): Promise<readonly number[]> {
  const folder = await folderWith({});
  const sums = new Sums(layer, false);
  sums.add({ type: 'float32', ...input }, 1);
  await sums.write(join(folder, 'x.sums'));
  const known = { ...layer, sums: 'x.sums', samples: 1, places: 1 };
  const told = { along: 'tensor', steps: Float32Array.of(0.5) } as const;
  const geometry = { rows: 1, columns: before.length, channels: 'none' } as const;
  const wanted = outputs(before);
  const errors: number[] = [];
  for (const feedback of [true, false]) {
    const values = before.slice();
    await roundTensor(values, { layer: known, geometry, dtype: 'F32', told }, folder, { feedback });
    expect([...values].every((value) => Number.isInteger(value / 0.5))).toBe(true);
    errors.push(outputs(values).reduce((sum, one, at) => sum + (one - wanted[at]!) ** 2, 0));
  }
  return errors;
}

const layersOf = async (graph: Uint8Array): Promise<readonly Layer[]> =>
  findLayers(await readGraph(memorySource(graph)));

test('each group of a transposed convolution is rounded for the inputs of its own', async () => {
  const [groups, channels, outputs, taps, area] = [2, 16, 3, 4, 200];
  const graph = [
    ...floats('w', [groups * channels, outputs, 2, 2], weights(groups * channels * outputs * taps, 1)),
    ...node('ConvTranspose', ['x', 'w'], 'y', int('group', groups)),
    ...bytes(11, inputOf('x', 1, 1, groups * channels, 10, 20)),
  ];
  const [layer] = await layersOf(model(graph, 13));
  expect(layer).toMatchObject({ groups, columns: channels, rows: groups * outputs * taps });
  const data = alike(groups * channels * area, area, channels);
  const before = Float32Array.from(gaussians(groups * channels * outputs * taps, 1, 6));
  // Every tap of an output at every place, before those that meet are added up.
  const products = (values: Float32Array): readonly number[] =>
    Array.from({ length: groups * outputs * taps * area }, (_, at) => {
      const [place, row] = [at % area, Math.floor(at / area)];
      const [group, each] = [Math.floor(row / (outputs * taps)), row % (outputs * taps)];
      let sum = 0;
      for (let channel = group * channels; channel < (group + 1) * channels; channel++)
        sum += values[channel * outputs * taps + each]! * data[channel * area + place]!;
      return sum;
    });
  const [fed, plain] = await errorsOf(layer!, { shape: [1, groups * channels, 10, 20], data }, before, products);
  expect(fed).toBeLessThan(0.6 * plain!);
});

test.each([true, false])(
  'each matrix of a stack is rounded for its own inputs, or those of all: %s',
  async (hasOwn) => {
    const [stack, rows, columns, outputs] = [3, 150, 16, 5];
    const shape = hasOwn ? [2, stack, rows, columns] : [2 * stack, 1, rows, columns];
    const graph = [
      ...floats('w', [stack, columns, outputs], weights(stack * columns * outputs, 1)),
      ...node('MatMul', ['x', 'w'], 'y'),
      ...bytes(11, inputOf('x', 1, ...shape)),
    ];
    const [layer] = await layersOf(model(graph, 13));
    expect(layer).toMatchObject({ groups: stack, columns, rows: stack * outputs });
    const data = alike(2 * stack * rows * columns, 1, columns);
    const before = Float32Array.from(gaussians(stack * columns * outputs, 1, 6));
    const products = (values: Float32Array): readonly number[] =>
      Array.from({ length: 2 * stack }, (_, matrix) =>
        (hasOwn ? [matrix % stack] : [0, 1, 2]).flatMap((slice) =>
          Array.from({ length: rows * outputs }, (_, at) => {
            const [row, output] = [Math.floor(at / outputs), at % outputs];
            let sum = 0;
            for (let column = 0; column < columns; column++)
              sum +=
                values[(slice * columns + column) * outputs + output]! *
                data[(matrix * rows + row) * columns + column]!;
            return sum;
          }),
        ),
      ).flat();
    const [fed, plain] = await errorsOf(layer!, { shape, data }, before, products);
    expect(fed).toBeLessThan(0.6 * plain!);
  },
);

test('a graph of such layers is fitted, all of them for their inputs', async () => {
  const graph = [
    ...floats('up', [32, 8, 2, 2], weights(1024, 1)),
    ...floats('stack', [16, 8, 24], weights(3072, 2)),
    ...node('ConvTranspose', ['x', 'up'], 'y', int('group', 2), ints('strides', 2, 2)),
    ...node('MatMul', ['y', 'stack'], 'z'),
    ...bytes(11, inputOf('x', 1, 1, 32, 4, 4)),
    ...bytes(12, inputOf('z', 1, 1, 16, 8, 24)),
  ];
  const folder = await folderWith({ 'model.onnx': model(graph, 13) });
  const [input, output] = ['model.onnx', 'model.fwz'].map((name) => join(folder, name));
  const request = { input: input!, output, cacheFolder: join(folder, 'cache'), target: { bits: 4 } } as const;
  const { report } = await finishFit(request);
  expect(report.calibration).toMatchObject({ layers: 2, matrices: 2 });
  expect(report.tensors.every(({ approximation }) => approximation !== undefined)).toBe(true);
}, 60_000);
