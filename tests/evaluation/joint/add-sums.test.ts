import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { addSums, Sums } from '../../../src/evaluation/joint/calibrate/sums.ts';
import type { Layer } from '../../../src/evaluation/joint/layers/layers.ts';
import { folderWith } from '../../support/folder.ts';
import { gaussians } from '../../support/streams.ts';

const layer: Layer = {
  ...{ name: 'w', rows: 6, columns: 10, groups: 1, isTransposed: false },
  ...{ input: 'x', order: 0, key: 'x' },
};

test('sums of two layers together are those of all that both were given', async () => {
  const folder = await folderWith({});
  const [one, other] = [gaussians(40 * 10, 1, 1), gaussians(70 * 10, 2, 2)];
  const write = async (name: string, ...inputs: readonly Float64Array[]): Promise<string> => {
    const sums = new Sums(layer, false);
    for (const data of inputs)
      sums.add({ type: 'float32', shape: [data.length / 10, 10], data: Float32Array.from(data) }, inputs.length);
    await sums.write(join(folder, name));
    return join(folder, name);
  };
  const parts = [await write('one', one), await write('other', other)];
  await addSums(parts, layer, join(folder, 'added'));
  const [added, both] = [await readFile(join(folder, 'added')), await readFile(await write('both', one, other))];
  expect(added).toHaveLength(both.length);
  // The two counts and ten totals are doubles; what follows are floats.
  const doubles = 8 * 12;
  const read = (bytes: Buffer): readonly number[] => [
    ...Array.from({ length: 12 }, (_, at) => bytes.readDoubleLE(8 * at)),
    ...Array.from({ length: (bytes.length - doubles) / 4 }, (_, at) => bytes.readFloatLE(doubles + 4 * at)),
  ];
  expect(read(added).slice(0, 2)).toEqual([110, 110]);
  const expected = read(both);
  for (const [at, number] of read(added).entries()) expect(number).toBeCloseTo(expected[at] ?? NaN, 2);
});
