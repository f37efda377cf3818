import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { compress, planZoo, readStore, completeRecipe, restore, runBatch, scanZoo } from '../../../src/engine/index.ts';
import { baseModel, fineTune } from '../../support/families.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';

const { signal } = new AbortController();
const family = {
  'base.safetensors': baseModel(40_000),
  'other.safetensors': fineTune(40_000, 1e-2, 1, 33),
  'tuned.safetensors': fineTune(40_000, 1e-3),
};

/** Archives a family, its originals going; ends when it would move the original number `last`. */
async function archive(zoo: string, out: string, last = Infinity): Promise<void> {
  const found = await scanZoo({ roots: [zoo] }, { signal });
  const plan = await planZoo(found, out, await completeRecipe({ preset: 'quick' }), { signal });
  const stop = new AbortController();
  let moved = 0;
  const trash = async (paths: readonly string[]) => {
    if (++moved === last) stop.abort();
    stop.signal.throwIfAborted();
    for (const path of paths) await rm(path);
  };
  const batch = runBatch({ zoo: found, plan, threads: 1, reserveBytes: () => 0, trash }, context(stop.signal));
  for await (const { type } of batch) if (type === 'batch-finished') return;
}

test('a run that ends with one original gone and the next archived makes no circle of differences when it goes on', async () => {
  const folder = await folderWith(Object.fromEntries(Object.entries(family).map(([name, b]) => [`zoo/${name}`, b])));
  const [zoo, out] = [join(folder, 'zoo'), join(folder, 'out')];
  await expect(archive(zoo, out, 2)).rejects.toThrow();
  await archive(zoo, out);
  expect(await readdir(zoo)).toEqual([]);
  const store = await readStore(out, signal);
  expect(store).toMatchObject({ isWhole: true, archives: { length: 3 } });
  const bases = store.archives.map(({ path }) => path);
  for (const [name, bytes] of Object.entries(family)) {
    const output = join(folder, name);
    await finish(restore({ archive: join(out, `${name}.fwz`), output, bases }, context()));
    expect(Buffer.compare(await readFile(output), bytes)).toBe(0);
  }
});

test('a store whose archives need one another is not whole, whatever they hold', async () => {
  const folder = await folderWith(family);
  const [base, other, tuned] = Object.keys(family).map((name) => join(folder, name)) as [string, string, string];
  const make = (input: string, ...bases: string[]) =>
    finish(
      compress({ input, output: join(folder, 'out', `${basename(input)}.fwz`), bases, preset: 'quick' }, context()),
    );
  await mkdir(join(folder, 'out'));
  await make(base, tuned);
  await make(tuned, other);
  await make(other, tuned);
  const { isWhole, archives } = await readStore(join(folder, 'out'), signal);
  expect(isWhole).toBe(false);
  expect(archives.map(({ name, missing }) => [name, ...missing.map((file) => file.name)].join(' '))).toEqual([
    'base.safetensors.fwz tuned.safetensors',
    'other.safetensors.fwz tuned.safetensors',
    'tuned.safetensors.fwz other.safetensors',
  ]);
});
