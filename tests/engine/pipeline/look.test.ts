import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { compress, look } from '../../../src/engine/index.ts';
import { context, finish } from '../../support/jobs.ts';

const input = join(import.meta.dirname, '../../../samples/digits.safetensors');
const tensor = { file: 'digits.safetensors', name: 'fc1.weight' };

async function archived(approximate?: { readonly default: { readonly method: string } }) {
  const folder = await mkdtemp(join(tmpdir(), 'featherweight-looked-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const output = join(folder, 'm.fwz');
  await finish(compress({ input, output, approximate }, context()));
  return output;
}

test('a tensor of an exact archive looks as in its model, and nothing is left behind', async () => {
  const archive = await archived();
  const left = (await readdir(tmpdir())).filter((name) => name.startsWith('featherweight-look'));
  expect(await look({ input: archive, ...tensor }, context())).toEqual(await look({ input, ...tensor }, context()));
  expect((await readdir(tmpdir())).filter((name) => name.startsWith('featherweight-look'))).toEqual(left);
  await expect(look({ input: archive, file: tensor.file, name: 'none' }, context())).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});

test('a tensor of an approximate archive looks as it will be restored: fewer values, a lower floor', async () => {
  const archive = await archived({ default: { method: 'grid' } });
  const [before, after] = await Promise.all([
    look({ input, ...tensor }, context()),
    look({ input: archive, ...tensor }, context()),
  ]);
  expect(after.numbers?.histogram.counts).not.toEqual(before.numbers?.histogram.counts);
  expect(after.reachedBits).toBeLessThan(0.6 * before.reachedBits);
});
