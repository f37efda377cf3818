import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Workspace } from '../../../src/engine/kernels/workspace.ts';
import { approximateWhole } from '../../../src/engine/quantizers/whole.ts';
import { fitSteps } from '../../../src/evaluation/joint/allocate/allocate.ts';
import { outputErrors } from '../../../src/evaluation/joint/weigh/output-error.ts';
import { methodTotals, rankAt, type MethodTotal } from '../../../src/evaluation/joint/allocate/single.ts';
import { even } from '../../../src/evaluation/joint/layers/spread.ts';
import { Sums } from '../../../src/evaluation/joint/calibrate/sums.ts';
import type { FoundTensor } from '../../../src/evaluation/joint/tensors.ts';
import { tryMethods } from '../../../src/evaluation/joint/weigh/try-methods.ts';
import { weigh } from '../../../src/evaluation/joint/weigh/weigh.ts';
import { folderWith } from '../../support/folder.ts';
import { gaussians } from '../../support/streams.ts';

const [rows, columns] = [64, 96];
const count = rows * columns;
const scale = 1;

const found = (name: string, offset: number): FoundTensor => ({
  ...{ name, file: 0, offset, count, dtype: 'F32', scale, kind: 'matrix', isReached: true, sha256: name },
  geometry: { rows, columns, channels: 'rows' },
});

/** A matrix that is the product of two narrow ones, and one that is like no other. */
function matrices(): Record<'narrow' | 'plain', Float32Array> {
  const [left, right] = [gaussians(rows * 4, 1, 3), gaussians(4 * columns, 0.5, 4)];
  return {
    narrow: Float32Array.from({ length: count }, (_, at) => {
      const [row, column] = [Math.floor(at / columns), at % columns];
      return [0, 1, 2, 3].reduce((sum, k) => sum + left[row * 4 + k]! * right[k * columns + column]!, 0);
    }),
    plain: Float32Array.from(gaussians(count, 1, 5)),
  };
}

test('what changes of weights do to outputs is what the sums of inputs tell', async () => {
  const folder = await folderWith({});
  const layer = { name: 'w', input: 'x', key: '', order: 0, rows: 3, columns: 10, groups: 1, isTransposed: false };
  const samples = 200;
  const inputs = Float32Array.from(gaussians(samples * 10, 1, 6));
  const sums = new Sums(layer, false);
  sums.add({ type: 'float32', shape: [samples, 10], data: inputs }, 1);
  await sums.write(join(folder, 'layer.sums'));
  const change = Float32Array.from(gaussians(30, 0.1, 7));
  let expected = 0;
  for (let sample = 0; sample < samples; sample++)
    for (let row = 0; row < 3; row++) {
      let output = 0;
      for (let at = 0; at < 10; at++) output += change[row * 10 + at]! * inputs[sample * 10 + at]!;
      expected += output ** 2;
    }
  const [error, none] = await outputErrors([change, new Float32Array(30)], layer, join(folder, 'layer.sums'));
  expect(error! * 30).toBeGreaterThan(expected);
  expect(error! * 30).toBeLessThan(1.02 * expected);
  expect(none).toBe(0);
});

describe('every method of the catalog, tried on each matrix', () => {
  let known: ReturnType<typeof tryAll> | undefined;
  const tried = (): ReturnType<typeof tryAll> => (known ??= tryAll());
  const tryAll = async () => {
    const { narrow, plain } = matrices();
    const bytes = [narrow, plain].map((values) => new Uint8Array(values.buffer));
    const folder = await folderWith({ 'model.bin': Buffer.concat(bytes) });
    const tensors = ['narrow', 'plain'].map((name, place) => found(name, 4 * count * place));
    const record = join(folder, 'methods.jsonl');
    const request = { files: [join(folder, 'model.bin')], folder, steps: [0.8, 0.35, 1.8], sampled: 2 ** 17, record };
    const asked = { ...request, tensors: tensors.map((tensor) => ({ ...tensor, spread: even })) };
    const trials = await tryMethods(asked, () => undefined);
    expect(await tryMethods({ ...asked, files: [] }, () => undefined)).toEqual(trials);
    const values = [narrow, plain];
    const probes = tensors.map(({ name }) => ({
      ...{ name, spread: even },
      points: [0.35, 0.8, 1.8].map((step) => ({ step, bits: 3, damage: step ** 2 })),
    }));
    const weighed = await weigh(
      tensors,
      probes,
      trials,
      (tensor) => Promise.resolve(values[tensors.indexOf(tensor)]!),
      false,
    );
    return { trials, weighed };
  };

  test('finds the few directions, and leaves the grid where it is best', async () => {
    const { trials, weighed } = await tried();
    const curves = weighed.map(({ curve }) => curve);
    const chosen = fitSteps(curves, (2 * 3 * count) / 8);
    expect(chosen[0]?.by?.method).toBe('low-rank');
    expect(chosen[1]?.by).toBeUndefined();
    const alone = fitSteps(
      curves.map(({ count, points }) => ({ count, points })),
      (2 * 3 * count) / 8,
    );
    const damage = (all: typeof chosen): number => all.reduce((sum, one) => sum + one.damage, 0);
    expect(damage(chosen)).toBeLessThan(damage(alone) / 2);
    // Finer steps make less error, as methods with more bits do.
    for (const { grid } of trials)
      expect(grid.map(({ error }) => error)).toEqual([
        expect.closeTo(grid[0]!.error),
        expect.toSatisfy((error: number) => error < grid[0]!.error),
        expect.toSatisfy((error: number) => error > grid[0]!.error),
      ]);
  });

  test('tells which one alone would be best at a size', async () => {
    const { weighed } = await tried();
    const totals = methodTotals(weighed);
    expect(new Set(totals.map(({ method }) => method)).size).toBeGreaterThan(12);
    const bytes = (2 * 5 * count) / 8;
    const ranked = rankAt(totals, bytes);
    const [best] = ranked;
    expect(best!.coarse.bytes).toBeLessThanOrEqual(bytes);
    for (const { method, bytes: size, damage } of totals)
      if (size <= bytes && method !== best!.fine.method) expect(damage).toBeGreaterThan(best!.fine.damage);
    expect(new Set(ranked.map(({ fine }) => fine.method)).size).toBe(ranked.length);
    expect(rankAt([], bytes)).toEqual([]);
  });
});

test('a method goes on beyond its coarsest options only as far as there are such', () => {
  const totals: readonly MethodTotal[] = [
    { method: 'codebook', options: { size: 8 }, bytes: 16_000, damage: 1 },
    { method: 'codebook', options: { size: 4 }, bytes: 13_000, damage: 4 },
    { method: 'grid', options: { coarseness: 0.7 }, bytes: 9500, damage: 20 },
    { method: 'grid', options: { coarseness: 1.2 }, bytes: 7500, damage: 60 },
  ];
  const fineAt = (bytes: number, more: readonly MethodTotal[] = []) => rankAt([...totals, ...more], bytes)[0]?.fine;
  expect(fineAt(14_000)).toBe(totals[0]);
  expect(fineAt(6500)).toBe(totals[2]);
  // Finer than the finest nothing is made.
  expect(rankAt(totals, 17_000)[0]).toEqual({ fine: totals[0], coarse: totals[0], share: 0 });
  // Options that change nothing, as those of a method that keeps small tensors finer, lead nowhere.
  const kept = [4, 3].map((bits) => ({ method: 'hqq', options: { bits }, bytes: 16_500, damage: 1e-6 }));
  expect(fineAt(8000, kept)).toBe(totals[2]);
});

test('a method whose options leave no choice at a size stands there for the next smaller ones', () => {
  const grid = [0.2, 0.7].map((coarseness) => ({
    ...{ method: 'grid', options: { coarseness }, bytes: 16_000 - 10_000 * coarseness, damage: 100 * coarseness },
  }));
  const int = [4, 3].map((bits) => ({ method: 'int', options: { bits }, bytes: 4000 * bits, damage: 8 * (6 - bits) }));
  const at = (bytes: number) =>
    rankAt([...grid, ...int], bytes).map(({ fine, share }) => [fine.method, fine.bytes, share]);
  expect(at(16_000)).toEqual([
    ['int', 16_000, 0],
    ['grid', 14_000, 0],
  ]);
  // Between 4 and 3 bits there is nothing, and 3 bits do more than a grid of that size.
  expect(at(13_900)).toEqual([
    ['grid', 14_000, expect.closeTo(0.02) as number],
    ['int', 12_000, 0],
  ]);
  const [alone] = [{ method: 'nvfp4', options: {}, bytes: 9000, damage: 1 }];
  expect(rankAt([...grid, alone], 9500)[0]?.fine).toBe(alone);
  expect(rankAt([...int, alone], 8000).map(({ fine }) => fine.method)).toEqual(['int']);
});

test.each(['codebook', 'low-rank', 'int'])('%s makes of a whole tensor what it makes of that again', (method) => {
  const { narrow } = matrices();
  const values = narrow.slice();
  const workspace = new Workspace(2 ** 22);
  const geometry = { rows, columns, channels: 'rows' } as const;
  approximateWhole(values, geometry, { method, options: {} }, workspace);
  const error = values.reduce((sum, value, at) => sum + (value - narrow[at]!) ** 2, 0);
  expect(error).toBeGreaterThan(0);
  expect(error).toBeLessThan(1e-3 * narrow.reduce((sum, value) => sum + value ** 2, 0));
});
