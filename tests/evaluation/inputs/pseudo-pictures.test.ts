import { expect, test } from 'vitest';
import { pseudoDataset } from '../../../src/evaluation/inputs/pseudo.ts';
import type { Values } from '../../../src/evaluation/inputs/tensor.ts';

const pictureOf = async (shape: readonly (number | string)[], seed = 0): Promise<Values> => {
  const [feed] = (await pseudoDataset([{ name: 'image', type: 'float32', shape }], 1, seed).item(0)).feeds(0);
  if (!feed) throw new Error('There is no feed.');
  return feed.values;
};

test.each([
  [
    ['n', 3, 'h', 'w'],
    [1, 3, 64, 64],
  ],
  [
    ['n', 3, 48, 'w'],
    [1, 3, 48, 192],
  ],
  [
    [2, 1, 28, 28],
    [2, 1, 28, 28],
  ],
  [
    ['n', 224, 224, 3],
    [1, 224, 224, 3],
  ],
  [
    ['n', 'c', 'h', 'w'],
    [1, 3, 64, 64],
  ],
])('made-up pictures of the shape %j are %j', async (shape, sizes) => {
  expect((await pictureOf(shape)).shape).toEqual(sizes);
});

test('made-up pictures are alike from a point to the next, whichever way channels lie, as noise is not', async () => {
  for (const [shape, step] of [
    [[1, 3, 64, 64], 1],
    [[1, 64, 64, 3], 3],
  ] as const) {
    const data = Array.from((await pictureOf(shape)).data as Float32Array);
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    const spread = data.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const together = data.slice(step).reduce((sum, value, at) => sum + (value - mean) * ((data[at] ?? 0) - mean), 0);
    expect(together / spread).toBeGreaterThan(0.6);
    expect(Math.max(...data)).toBeLessThanOrEqual(1);
    expect(Math.min(...data)).toBeGreaterThanOrEqual(-1);
  }
});

test('made-up pictures are the same for the same seed and others for another, some of them with negative values', async () => {
  const all = await Promise.all(Array.from({ length: 8 }, (_, seed) => pictureOf([1, 1, 16, 16], seed)));
  expect((await pictureOf([1, 1, 16, 16], 3)).data).toEqual(all[3]?.data);
  expect(all[3]?.data).not.toEqual(all[4]?.data);
  const signs = new Set(all.map(({ data }) => (data as Float32Array).some((value) => value < 0)));
  expect(signs.size).toBe(2);
});

test('made-up pictures are not taken for what a network made of pictures', async () => {
  const data = Array.from((await pictureOf([1, 32, 8, 8])).data as Float32Array);
  expect(Math.max(...data)).toBeGreaterThan(1);
});
