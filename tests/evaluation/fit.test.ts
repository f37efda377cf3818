import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { verify } from '../../src/engine/index.ts';
import { fit, type FitRequest } from '../../src/evaluation/index.ts';
import { curveOf, fitSteps } from '../../src/evaluation/joint/allocate.ts';
import { blocksOf } from '../../src/evaluation/joint/calibrate.ts';
import { eachSample } from '../../src/evaluation/joint/columns.ts';
import { damageOf, kindOf } from '../../src/evaluation/joint/damage.ts';
import { folderWith } from '../support/folder.ts';
import { context, finish } from '../support/jobs.ts';
import { gaussians } from '../support/streams.ts';
import { evaluationContext } from './support.ts';

const samples = fileURLToPath(new URL('../../samples', import.meta.url));
const layer = { name: 'w', input: 'x', key: '', groups: 1, isTransposed: false };

describe('what a layer is given', () => {
  test('of a convolution are the same products as its definition has', () => {
    const [channels, height, width] = [4, 5, 6];
    const numbers = Float32Array.from(gaussians(channels * height * width, 1));
    const shape = [1, channels, height, width];
    const weights = Float32Array.from(gaussians(2 * 2 * 3 * 2, 2));
    const window = { kernel: [3, 2], strides: [2, 1], dilations: [1, 2], pads: [1, 0], padsAfter: [0, 1] };
    const convolution = { ...layer, rows: 2, columns: 2 * 3 * 2, groups: 2, window };
    const found: number[][] = [];
    eachSample(convolution, { type: 'float32', shape, data: numbers }, 1000, (sample) => {
      found.push(
        [0, 1].map((group) =>
          Array.from({ length: 12 }, (_, at) => weights[group * 12 + at]! * sample(group, at)).reduce((a, b) => a + b),
        ),
      );
    });
    const expected: number[][] = [];
    for (let y = -1; y + 2 < height; y += 2)
      for (let x = 0; x + 2 < width + 1; x++)
        expected.push(
          [0, 1].map((group) => {
            let sum = 0;
            for (let channel = 0; channel < 2; channel++)
              for (let row = 0; row < 3; row++)
                for (let column = 0; column < 2; column++) {
                  const [atY, atX] = [y + row, x + 2 * column];
                  const inside = atY >= 0 && atY < height && atX >= 0 && atX < width;
                  const value = inside ? numbers[((group * 2 + channel) * height + atY) * width + atX]! : 0;
                  sum += weights[group * 12 + (channel * 3 + row) * 2 + column]! * value;
                }
            return sum;
          }),
        );
    expect(found).toHaveLength(expected.length);
    found.flat().forEach((value, at) => expect(value).toBeCloseTo(expected.flat()[at]!, 5));
  });

  test('is divided into blocks that a factor can be made of', () => {
    const blocks = blocksOf({ columns: 10_000, groups: 1 });
    expect(blocks.reduce((sum, { size }) => sum + size, 0)).toBe(10_000);
    for (const { size } of blocks) expect(size).toBeLessThanOrEqual(4096);
    expect(blocksOf({ columns: 9, groups: 3 }).map(({ group }) => group)).toEqual([0, 1, 2]);
  });
});

test('damage is none where nothing changed, and is counted as the output means', () => {
  const values = (numbers: number[], ...shape: number[]) => ({
    type: 'float32',
    shape,
    data: Float32Array.from(numbers),
  });
  const classes = values([1, 2, 3, 0, 0, 1], 2, 3);
  expect(kindOf(classes, true)).toBe('classes');
  expect(kindOf(values([90, 0, 0, 0, 90, 0], 2, 3), true)).toBe('numbers');
  expect(kindOf(values([0.2, 0.9], 2, 1), false)).toBe('probabilities');
  expect(kindOf(values([-2, 9], 2, 1), false)).toBe('numbers');
  for (const kind of ['classes', 'numbers', 'probabilities'] as const) {
    expect(damageOf(classes, classes, kind)).toBe(0);
    expect(damageOf(values([0.2], 1, 1), values([0.4], 1, 1), 'probabilities')).toBeCloseTo(
      0.2 * Math.log(0.5) + 0.8 * Math.log(0.8 / 0.6),
      6,
    );
  }
});

test('bits go where damage is, and all of them', () => {
  const curves = [1, 2, 3].map((seed) => curveOf(Float32Array.from(gaussians(20_000, seed))));
  const chosen = fitSteps(curves, [1, 10, 100], 30_000);
  expect(chosen.reduce((sum, { bytes }) => sum + bytes, 0)).toBeCloseTo(30_000, -2.5);
  // A factor of 10 in damage is one of 3.2 in the step.
  expect(chosen[0]!.step / chosen[1]!.step).toBeGreaterThan(2.5);
  expect(chosen[1]!.step / chosen[2]!.step).toBeGreaterThan(2.5);
});

test('the digit reader fits into a twelfth: within a per cent below, proved, measured, better than without feedback', async () => {
  const folder = await folderWith({});
  const results = [];
  for (const without of [undefined, 'feedback'] as const) {
    const request: FitRequest = {
      input: join(samples, 'digits.onnx'),
      output: join(folder, `${without ?? 'all'}.fwz`),
      target: { share: 1 / 12 },
      task: join(samples, 'tasks', 'digits.json'),
      calibrate: 100,
      cacheFolder: join(folder, 'cache'),
      without,
    };
    const { report } = await finish(fit(request, evaluationContext()));
    const asked = report.bytesIn / 12;
    expect((await stat(report.output)).size).toBe(report.bytesOut);
    expect(report.bytesOut).toBeLessThanOrEqual(asked);
    expect(report.bytesOut).toBeGreaterThan(0.99 * asked);
    expect(report.calibration.layers).toBe(report.calibration.matrices);
    expect(report.evaluation?.items).toBe(400);
    await finish(verify({ archive: report.output }, context()));
    results.push(report);
    await expect(finish(fit(request, evaluationContext()))).rejects.toThrow(/exists/);
  }
  const drift = results.map(({ evaluation }) => evaluation?.outputs[0]?.relativeL2 ?? NaN);
  expect(drift[0]).toBeLessThan(drift[1]!);
}, 400_000);
