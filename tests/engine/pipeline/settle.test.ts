import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compress, type RecipeInput } from '../../../src/engine/index.ts';
import { decideRecipe } from '../../../src/engine/pipeline/preview/decisions.ts';
import { encodeFloats } from '../../../src/engine/tensor/floats.ts';
import { context, finish } from '../../support/jobs.ts';
import { bell } from '../../support/numbers.ts';
import { headerText, safetensorsFile, type ExpectedTensor } from '../../support/safetensors.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fw-settle-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A model of learned weights of these shapes. */
async function written(shapes: readonly (readonly number[])[]): Promise<string> {
  let end = 0;
  const data: Uint8Array[] = [];
  const tensors = shapes.map((shape, place): ExpectedTensor => {
    const count = shape.reduce((product, extent) => product * extent, 1);
    data.push(encodeFloats('F32', bell(count, 0.05, place + 1)));
    return { name: `layers.${place}.weight`, dtype: 'F32', shape, begin: end, end: (end += 4 * count) };
  });
  const path = join(folder, 'model.safetensors');
  await writeFile(path, safetensorsFile(headerText(tensors), Buffer.concat(data)));
  return path;
}

/** How many times smaller it becomes, and the coarseness of each tensor. */
async function approximated(input: string, recipe: RecipeInput) {
  const { report } = await finish(compress({ input, approximate: recipe, threads: 1, overwrite: true }, context()));
  const coarseness = report.tensors.map(({ approximation }) => approximation?.options['coarseness']);
  return { times: (await stat(input)).size / report.bytesOut, coarseness };
}

const convolutions = [
  ...Array.from({ length: 6 }, () => [48, 48, 3, 3]),
  ...Array.from({ length: 6 }, () => [96, 1, 5, 5]),
];

test('a grid that is asked for without a coarseness brings a network of small convolutions to a seventh', async () => {
  const input = await written(convolutions);
  const plain = await approximated(input, { default: { method: 'grid' }, automatic: true });
  expect(plain.times).toBeGreaterThan(7);
  expect(plain.times).toBeLessThan(7.6);
  const level = await approximated(input, { default: { method: 'compact' } });
  expect(level).toEqual(plain);
  const asked = await approximated(input, { default: { method: 'grid', options: { coarseness: 0.2 } } });
  expect(asked.times).toBeLessThan(6.5);
  const decided = await decideRecipe({ input, recipe: { default: { method: 'grid' } } });
  expect(decided.map(({ step }) => step?.options['coarseness'])).toEqual(plain.coarseness);
});

test('a trellis that is asked for without a coarseness brings it there as well', async () => {
  const { times } = await approximated(await written(convolutions), { default: { method: 'trellis' } });
  expect(times).toBeGreaterThan(6.9);
  expect(times).toBeLessThan(7.6);
});

test('a network of which most stays exact is not made coarser for the little that saves', async () => {
  const input = await written([...convolutions, ...Array.from({ length: 60 }, () => [900])]);
  const { times, coarseness } = await approximated(input, { default: { method: 'grid' } });
  expect(times).toBeLessThan(5);
  expect(coarseness).toEqual(
    (await approximated(input, { default: { method: 'grid', options: { coarseness: 0.2 } } })).coarseness,
  );
});

test('large matrices have the coarseness that they always had', async () => {
  const input = await written([[512, 512]]);
  expect((await approximated(input, { default: { method: 'grid' } })).coarseness).toEqual([0.2]);
});
