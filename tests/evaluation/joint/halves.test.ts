import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { restore, verify } from '../../../src/engine/index.ts';
import { decodeFloats, encodeFloats } from '../../../src/engine/tensor/floats.ts';
import type { FitRequest } from '../../../src/evaluation/index.ts';
import { roundTensor } from '../../../src/evaluation/joint/round/round.ts';
import { context, finish } from '../../support/jobs.ts';
import { narrowedModel } from '../../support/narrowed.ts';
import { gaussians } from '../../support/streams.ts';
import { finishFit } from './fits.ts';

const samples = fileURLToPath(new URL('../../../samples', import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'featherweight-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const request = (name: string): FitRequest => ({
  ...{ input: join(folder, name), output: join(folder, `${name}.fwz`), cacheFolder: join(folder, 'cache') },
  ...{ task: join(samples, 'tasks/digits.json'), calibrate: 30, inSequence: false, single: 'none' },
  target: { bytes: 130_000 },
});

test('a graph of halves is fitted, measured, and restored to halves', async () => {
  const original = await narrowedModel(join(samples, 'digits.onnx'), 'F16');
  await writeFile(join(folder, 'halves.onnx'), original);
  const { report } = await finishFit(request('halves.onnx'));
  expect(report.bytesIn).toBe(original.length);
  expect((await stat(report.output)).size).toBe(report.bytesOut);
  expect(report.bytesOut).toBeLessThanOrEqual(130_000);
  expect(report.bytesOut).toBeGreaterThan(0.99 * 130_000);
  expect(report.calibration.layers).toBe(report.calibration.matrices);
  // What the same of the model in single precision comes to at this size.
  const single = await finishFit({ ...request('digits.onnx'), input: join(samples, 'digits.onnx') });
  expect(report.distance).toBeGreaterThan(0);
  expect(report.distance).toBeLessThan(1.1 * (single.report.distance ?? 0));
  await finish(verify({ archive: report.output }, context()));
  const restored = join(folder, 'restored.onnx');
  await finish(restore({ archive: report.output, output: restored }, context()));
  expect((await readFile(restored)).length).toBe(original.length);
}, 600_000);

test('what is fitted of halves, and what biases make good, is what is stored', async () => {
  const told = { along: 'tensor', steps: Float32Array.of(0.0371) } as const;
  const geometry = { rows: 20, columns: 30, channels: 'rows' } as const;
  for (const dtype of ['F16', 'BF16', 'F32'] as const) {
    const values = Float32Array.from(gaussians(600, 1, 4));
    const before = values.slice();
    await roundTensor(values, { geometry, dtype, told }, folder, { feedback: true });
    const lines = before.map((value) => Math.round(value / told.steps[0]!) * told.steps[0]!);
    expect(values).toEqual(decodeFloats(dtype, encodeFloats(dtype, lines)));
  }
});

test('a graph that the runtime has no operators for is refused in words', async () => {
  await writeFile(join(folder, 'brain.onnx'), await narrowedModel(join(samples, 'digits.onnx'), 'BF16'));
  await expect(finishFit(request('brain.onnx'))).rejects.toThrow(
    /"brain.onnx" cannot run: .* BF16 numbers, .* F16 or F32 can run/,
  );
});
