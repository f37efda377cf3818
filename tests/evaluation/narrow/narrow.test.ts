import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { loadExports, type ExportReport } from '../../../src/engine/index.ts';
import { exportReader, narrower } from '../../../src/evaluation/index.ts';
import { shareOut } from '../../../src/evaluation/narrow/order.ts';
import { folderWith } from '../../support/folder.ts';
import { finish } from '../../support/jobs.ts';
import { gatedNetwork, repeatingNetwork } from '../../support/narrow-models.ts';
import { bytes } from '../../support/onnx.ts';
import { floats, inputOf, model, node, weights } from '../../support/onnx-models.ts';
import { evaluationContext } from '../support.ts';

const runtime = evaluationContext();

/** Takes a share of the channels out, as they are chosen by made-up inputs; where the model was, and the report. */
async function narrowed(
  file: Uint8Array,
  share: number,
): Promise<{ readonly input: string; readonly report: ExportReport }> {
  const input = join(await folderWith({ 'net.onnx': file }), 'net.onnx');
  const { exportModel } = await loadExports();
  const { spawnEvaluation } = runtime;
  const context = {
    ...runtime,
    readExport: exportReader(spawnEvaluation),
    narrow: narrower(spawnEvaluation, { share, calibrate: 400 }),
  };
  const { report } = await finish(exportModel({ input, target: 'onnx-narrow', threads: 1 }, context));
  return { input, report };
}

async function run(path: string, shape: readonly number[], seed: number): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(path, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  try {
    const count = shape.reduce((product, extent) => product * extent, 1);
    // Noise around the values of made-up pictures.
    const numbers = weights(count, seed, shape.length === 4 ? 1 / 3 : 1.5).map(
      (value) => value + (shape.length === 4 ? 0.5 : 0),
    );
    const { y } = await session.run({ x: new ort.Tensor('float32', numbers, shape) });
    return y?.data as Float32Array;
  } finally {
    await session.release();
  }
}

/** How far one model's outputs are from another's on inputs that nothing was learned from, relative to how they spread. */
async function errorOf(path: string, original: string, shape: readonly number[]): Promise<number> {
  let [squares, errors] = [0, 0];
  const outputs: (readonly [Float32Array, Float32Array])[] = [];
  for (let seed = 50; seed < 80; seed++) outputs.push([await run(original, shape, seed), await run(path, shape, seed)]);
  const count = outputs[0]?.[0].length ?? 0;
  for (let place = 0; place < count; place++) {
    const mean = outputs.reduce((sum, [before]) => sum + (before[place] ?? 0), 0) / outputs.length;
    for (const [before, after] of outputs) {
      squares += ((before[place] ?? 0) - mean) ** 2;
      errors += ((before[place] ?? 0) - (after[place] ?? NaN)) ** 2;
    }
  }
  return Math.sqrt(errors / squares);
}

describe('channels that repeat others', () => {
  test.each([
    ['a network with residuals and gates', repeatingNetwork, [1, 3, 8, 8], 19, 0.12],
    ['a gated layer', gatedNetwork, [1, 4, 8], 10, 0.05],
  ] as const)('go from %s, and others take their part', async (_, network, shape, half, most) => {
    const { input, report } = await narrowed(network(), 0.5);
    expect(report.loadTest).toMatchObject({ reader: 'onnxruntime', isLoaded: true });
    expect(report.notices).toContainEqual(expect.stringContaining(`${half} of ${2 * half} channels were taken out`));
    expect((await stat(report.output)).size).toBeLessThan(0.75 * (await stat(input)).size);
    // Learned from made-up pictures, which tell less of some directions than the noise that is asked here.
    expect(await errorOf(report.output, input, shape)).toBeLessThan(most);
  });
});

test('of channels that differ those go that are missed least', async () => {
  // Eight features of which the layer behind reads some hardly at all.
  const second = weights(32, 2).map((value, at) => ([1, 4, 6].includes(Math.floor(at / 4)) ? 0.01 * value : value));
  const graph = [
    ...floats('first', [6, 8], weights(48, 1, 2)),
    ...floats('second', [8, 4], second),
    ...node('MatMul', ['x', 'first'], 'a'),
    ...node('Tanh', ['a'], 'b'),
    ...node('MatMul', ['b', 'second'], 'y'),
    ...bytes(11, inputOf('x', 1, 1, 6)),
    ...bytes(12, inputOf('y', 1, 1, 4)),
  ];
  const { input, report } = await narrowed(model(graph, 13), 3 / 8);
  expect(await errorOf(report.output, input, [1, 6])).toBeLessThan(0.05);
  const text = (await readFile(report.output)).toString('latin1');
  expect(text).toContain('featherweight.export');
  expect(report.notices).toContainEqual(expect.stringMatching(/^3 of 8 channels were taken out, in 1 of 1 places/));
});

test('the share is reached where it costs least', () => {
  const orders = [
    { channels: [4, 2, 0], costs: [0.1, 0.2, 0.9] },
    { channels: [1, 3], costs: [0.3, 0.4] },
    { channels: [], costs: [] },
  ];
  expect([0, 1, 3, 4, 5, 9].map((total) => shareOut(orders, total))).toEqual([
    [0, 0, 0],
    [1, 0, 0],
    [2, 1, 0],
    [2, 2, 0],
    [3, 2, 0],
    [3, 2, 0],
  ]);
});

test('a model without such channels is refused', async () => {
  const graph = [
    ...floats('only', [6, 8], weights(48, 1)),
    ...node('MatMul', ['x', 'only'], 'y'),
    ...bytes(11, inputOf('x', 1, 1, 6)),
    ...bytes(12, inputOf('y', 1, 1, 8)),
  ];
  await expect(narrowed(model(graph, 13), 0.5)).rejects.toThrow(/no channels to take out/);
});
