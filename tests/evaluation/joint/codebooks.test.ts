import { join } from 'node:path';
import { expect, test } from 'vitest';
import { verify } from '../../../src/engine/index.ts';
import { outputErrors } from '../../../src/evaluation/joint/weigh/output-error.ts';
import { roundTensor } from '../../../src/evaluation/joint/round/round.ts';
import { Sums } from '../../../src/evaluation/joint/calibrate/sums.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';
import { writeLinearTask } from '../../support/linear-task.ts';
import { gaussians } from '../../support/streams.ts';
import { finishFit } from './fits.ts';

test.each([false, true])(
  'a layer that is rounded to learned codebooks, its outputs as columns: %s',
  async (isTransposed) => {
    const folder = await folderWith({});
    const [rows, columns, samples] = [256, 300, 500];
    const shape = { rows, columns, groups: 1, isTransposed };
    const layer = { name: 'w', input: 'x', key: '', order: 0, ...shape };
    const sums = new Sums(layer, false);
    const data = Float32Array.from(gaussians(samples * columns, 1, 6), (value, at) => value * (1 + (at % 3)));
    sums.add({ type: 'float32', shape: [samples, columns], data }, 1);
    await sums.write(join(folder, 'layer.sums'));
    const known = { ...layer, samples, places: samples, sums: 'layer.sums' };
    const weights = Float32Array.from(gaussians(rows * columns, 1, 7));
    const geometry = isTransposed
      ? ({ rows: columns, columns: rows, channels: 'columns' } as const)
      : ({ rows, columns, channels: 'rows' } as const);
    const told = { along: 'tensor', steps: Float32Array.of(0.75) } as const;
    const round = async (isLearned: boolean) => {
      const values = weights.slice();
      const rounded = await roundTensor(values, { layer: known, geometry, dtype: 'F32', told, isLearned }, folder, {
        feedback: true,
      });
      const changes = Float32Array.from(weights, (_, place) => {
        const [row, column] = [Math.floor(place / columns), place % columns];
        const at = isTransposed ? column * rows + row : place;
        return values[at]! - weights[at]!;
      });
      const [error = 0] = await outputErrors([changes], layer, join(folder, 'layer.sums'));
      return { ...rounded, values, error };
    };
    const [plain, learned] = [await round(false), await round(true)];
    expect(plain.books).toBeUndefined();
    const { books, size } = learned.books!;
    expect(books.length).toBe(size);
    const inBooks = new Set(books);
    expect(learned.values.every((value) => inBooks.has(value))).toBe(true);
    // A bit makes a quarter of the errors.
    const cost = ({ bits, error }: typeof plain): number => bits + Math.log2(error) / 2;
    expect(cost(learned)).toBeLessThan(cost(plain));
  },
);

test('a fit takes codebooks where they do less, and its archive holds what they say', async () => {
  const folder = await folderWith({});
  const { model: input, task } = await writeLinearTask(folder);
  const asked = { input, task, output: join(folder, 'fitted.fwz'), cacheFolder: join(folder, 'cache') };
  const { report, candidates } = await finishFit({
    ...{ ...asked, target: { share: 0.08 }, codebooks: true, single: 'none' },
    without: 'methods',
  });
  expect(report.bytesOut).toBeLessThanOrEqual(0.08 * report.bytesIn);
  expect(report.bytesOut).toBeGreaterThan(0.99 * 0.08 * report.bytesIn);
  expect(candidates.at(-1)?.tensors.map(({ method }) => method)).toContain('codebook');
  expect(report.tensors.map(({ approximation }) => approximation?.method)).toContain('codebook');
  await finish(verify({ archive: report.output }, context()));
});
