import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compress, verify } from '../../../src/engine/index.ts';
import { ablate, fit, type Candidate, type FitReport, type FitRequest } from '../../../src/evaluation/index.ts';
import { curveOf, fitSteps } from '../../../src/evaluation/joint/allocate/allocate.ts';
import { eachSample } from '../../../src/evaluation/joint/calibrate/columns.ts';
import { damageOf, doubtOf, kindOf } from '../../../src/evaluation/joint/weigh/damage.ts';
import { entropyOf } from '../../../src/evaluation/joint/round/entropy.ts';
import { byImportance, even, stepAt, stepsFor } from '../../../src/evaluation/joint/layers/spread.ts';
import { blocksOf } from '../../../src/evaluation/joint/calibrate/sums.ts';
import { context, finish } from '../../support/jobs.ts';
import { gaussians } from '../../support/streams.ts';
import { finishFit, withoutCandidates } from './fits.ts';
import { evaluationContext } from '../support.ts';

const samples = fileURLToPath(new URL('../../../samples', import.meta.url));
const layer = { name: 'w', input: 'x', key: '', order: 0, groups: 1, isTransposed: false };

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

test('classes of which outputs are unsure matter most', () => {
  const doubt = doubtOf({ type: 'float32', shape: [1, 3], data: Float32Array.of(2, 2, -9) });
  expect(doubt[0]).toBeCloseTo(0.25, 3);
  expect(doubt[2]).toBeLessThan(1e-4);
});

describe('steps of their own', () => {
  test('are smaller where errors cost more, and are such as can be stored', () => {
    const spread = byImportance([100, 1, 0], 'rows');
    expect(spread.steps[0]).toBeLessThan(spread.steps[1]!);
    // What was never seen to matter still has a step.
    expect(spread.steps[2]! / spread.steps[0]!).toBeLessThan(6);
    expect(spread.steps.reduce((product, step) => product * step, 1)).toBeCloseTo(1, 4);
    const told = stepsFor(spread, 0.37);
    expect(stepsFor(told, 1).steps).toEqual(told.steps);
    expect(stepAt(told, 12)(11)).toBe(told.steps[2]);
  });

  test('make codes whose rows are counted by their size', () => {
    const values = Float32Array.from(gaussians(8000, 4), (value, at) => (at < 4000 ? value : 64 * value));
    const told = { along: 'rows', steps: Float32Array.of(1, 1) } as const;
    expect(entropyOf(values, told)(1)).toBeLessThan(entropyOf(values, even)(1) - 0.5);
  });
});

test('bits go where damage is, and all of them', () => {
  const curves = [1, 10, 100].map((weight, seed) => {
    const values = Float32Array.from(gaussians(20_000, seed + 1));
    return curveOf({ count: 20_000, scale: 1 }, entropyOf(values, even), (step) => weight * step ** 2);
  });
  const chosen = fitSteps(curves, 30_000);
  expect(chosen.reduce((sum, { bytes }) => sum + bytes, 0)).toBeCloseTo(30_000, -2.5);
  // A factor of 10 in damage is one of 3.2 in the step.
  expect(chosen[0]!.step / chosen[1]!.step).toBeGreaterThan(2.5);
  expect(chosen[1]!.step / chosen[2]!.step).toBeGreaterThan(2.5);
});

/** A fit of the digit reader of this repository into a twelfth. */
const digits = (folder: string, name: string): FitRequest => ({
  input: join(samples, 'digits.onnx'),
  output: join(folder, `${name}.fwz`),
  target: { share: 1 / 12 },
  task: join(samples, 'tasks', 'digits.json'),
  calibrate: 30,
  cacheFolder: join(folder, 'cache'),
});

describe('the digit reader, fitted into a twelfth', () => {
  let folder: string;
  let undisturbed: FitReport;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'featherweight-test-'));
    const request = { ...digits(folder, 'undisturbed'), cacheFolder: join(folder, 'other'), evaluate: false };
    undisturbed = (await finishFit(request)).report;
  }, 600_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('is what an undisturbed run would give when a stopped one was gone on with', async () => {
    const stop = new AbortController();
    let probed = 0;
    const stopped = (async () => {
      for await (const event of fit(digits(folder, 'all'), evaluationContext(stop.signal)))
        if (event.type === 'progress' && event.phase === 'sensitivity') {
          probed = event.bytesDone;
          if (probed > 0 && probed < event.bytesTotal) stop.abort();
        }
    })();
    await expect(stopped).rejects.toThrow(/Stopped/);
    expect(probed).toBeGreaterThan(0);
    const phases = new Set<string>();
    for await (const event of fit({ ...digits(folder, 'gone-on'), evaluate: false }, evaluationContext()))
      if (event.type === 'progress') phases.add(event.phase);
    expect([...phases]).not.toContain('calibrate');
    expect(await readFile(join(folder, 'gone-on.fwz'))).toEqual(await readFile(undisturbed.output));
  }, 600_000);

  test('is within a per cent below, proved, measured, and it is told what feedback is worth', async () => {
    const candidates: Candidate[] = [];
    const request = digits(folder, 'all');
    const events = ablate(request, evaluationContext(), ['feedback']);
    const { rows, distance: whole, fit: report } = (await finish(withoutCandidates(events, candidates))).report;
    const asked = report.bytesIn / 12;
    expect((await stat(report.output)).size).toBe(report.bytesOut);
    expect(report.bytesOut).toBeLessThanOrEqual(asked);
    expect(report.bytesOut).toBeGreaterThan(0.99 * asked);
    expect(report.calibration.layers).toBe(report.calibration.matrices);
    expect(report.evaluation?.items).toBe(470);
    expect(report.calibration.places).toHaveLength(30);
    const measured = candidates.filter(({ metrics }) => metrics !== undefined);
    expect(measured.find(({ bytes }) => bytes === report.bytesOut)?.metrics).toEqual(report.evaluation?.metrics);
    expect(measured.find(({ bytes }) => bytes === report.otherOrder?.bytes)?.metrics).toEqual(
      report.otherOrder?.metrics,
    );
    expect(report.otherOrder?.distance).toBeGreaterThan(whole);
    await finish(verify({ archive: report.output }, context()));
    expect(rows.map(({ part }) => part)).toEqual(['feedback', 'everything']);
    // The best single method, at about this size, is farther from the original.
    expect(report.single?.bytes).toBeGreaterThan(0.9 * report.bytesOut);
    expect(report.single?.bytes).toBeLessThan(1.1 * report.bytesOut);
    expect(report.single?.distance).toBeGreaterThan(whole);
    expect(report.distance).toBe(whole);
    for (const { bytes } of rows) expect(bytes).toBeGreaterThan(1.02 * report.bytesOut);
    await expect(finishFit(request)).rejects.toThrow(/exists/);
    const overInput = { ...request, input: report.output, overwrite: true };
    await expect(finishFit(overInput)).rejects.toThrow(/input/);
  }, 600_000);

  test('is never written over a base that the archive which is fitted needs', async () => {
    const [base, tuned] = [join(folder, 'base.safetensors'), join(folder, 'tuned.safetensors')];
    await copyFile(join(samples, 'digits.safetensors'), base);
    const bytes = await readFile(base);
    await writeFile(tuned, bytes.fill(0, bytes.length - 64));
    const input = join(folder, 'tuned.fwz');
    await finish(compress({ input: tuned, output: input, bases: [base] }, context()));
    const before = await readFile(base);
    const request: FitRequest = { ...digits(folder, 'base'), input, output: base, overwrite: true };
    await expect(finishFit(request)).rejects.toMatchObject({ code: 'USAGE', facts: { path: base } });
    expect(Buffer.compare(await readFile(base), before)).toBe(0);
  });

  test('keeps a drop on items that nothing was chosen by', async () => {
    const request: FitRequest = { ...digits(folder, 'drop'), target: { drop: 0.02 } };
    const { report } = await finishFit(request);
    expect(report.chosenOn).toBe(235);
    expect(report.evaluation?.items).toBe(235);
    const [metric] = report.evaluation?.metrics ?? [];
    expect(metric?.interval?.low).toBeLessThanOrEqual(0.02 * (metric?.original ?? 0));
    expect(report.bytesOut).toBeLessThan(report.bytesIn / 8);
    const alone = { ...request, output: join(folder, 'alone.fwz'), calibrate: 499 };
    await expect(finishFit(alone)).rejects.toThrow(/takes two more/);
  }, 600_000);
});
