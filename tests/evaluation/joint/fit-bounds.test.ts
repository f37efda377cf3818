import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeChainTask } from '../../support/chain-task.ts';
import { folderWith } from '../../support/folder.ts';
import { finishFit } from './fits.ts';

test.each([
  { chain: { depth: 2 }, target: { share: 0.97 } },
  { chain: { depth: 2 }, target: { bytes: 1e11 } },
  // Equal layers take as much as one.
  { chain: { depth: 8, noise: 0 }, target: { share: 0.15 } },
])('what a model takes with nothing lost is no size to fit it into: $chain, $target', async ({ chain, target }) => {
  const folder = await folderWith({});
  const { model: input, task } = await writeChainTask(folder, chain);
  const output = join(folder, 'chain.fwz');
  await expect(
    finishFit({ input, task, target, output, cacheFolder: join(folder, 'cache'), evaluate: false }),
  ).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining('with nothing lost') as string });
  await expect(stat(output)).rejects.toThrow('ENOENT');
});

test('bits beyond what numbers have are not looked for without end', async () => {
  const folder = await folderWith({});
  const { model: input, task } = await writeChainTask(folder, { depth: 2 });
  const asked = { input, task, target: { bits: 40 }, output: join(folder, 'chain.fwz'), evaluate: false };
  const { report } = await finishFit({ ...asked, cacheFolder: join(folder, 'cache') });
  expect(report.bytesOut).toBeLessThan(report.bytesIn);
  expect(Math.max(...report.tensors.map(({ approximation }) => approximation?.loss.relativeL2 ?? 0))).toBeLessThan(
    1e-4,
  );
});
